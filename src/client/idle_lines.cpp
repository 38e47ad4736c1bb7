// SPDX-License-Identifier: Apache-2.0
#include "client/idle_lines.hpp"

#include <algorithm>
#include <utility>

namespace kdiag::client {

namespace {

constexpr std::size_t k_most = 32; // each is a connection of the API server and of the kubelet, too
constexpr Duration k_unneeded = Duration::seconds(3);

} // namespace

void IdleLines::keep(std::size_t count, std::function<void()> on_lost) {
    m_kept = count;
    m_on_lost = std::move(on_lost);
}

bool IdleLines::has_room() const {
    return !m_closed && m_lines.size() < std::max(k_most, m_kept);
}

void IdleLines::put(std::unique_ptr<ForwardLine> line) {
    const auto* idle = line.get();
    line->listen({.on_bytes = {}, .on_drained = {}, .on_change = {}, .on_lost = [this, idle](std::optional<Error>) { lost(idle); }});
    m_lines.push_back(std::move(line));
    if (m_lines.size() <= m_kept || m_timer != 0) return;
    m_unneeded = m_lines.size();
    m_timer = m_loop.after(k_unneeded, [this] { let_go(); });
}

std::unique_ptr<ForwardLine> IdleLines::take() {
    if (m_lines.empty()) return nullptr;
    auto line = std::move(m_lines.back());
    m_lines.pop_back();
    m_unneeded = std::min(m_unneeded, m_lines.size());
    return line;
}

void IdleLines::close() {
    m_closed = true;
    m_on_lost = {};
    m_lines.clear();
}

void IdleLines::lost(const ForwardLine* line) {
    std::erase_if(m_lines, [line](const auto& other) { return other.get() == line; });
    m_unneeded = std::min(m_unneeded, m_lines.size());
    if (m_on_lost) m_on_lost();
}

void IdleLines::let_go() {
    m_timer = 0;
    const auto over = m_lines.size() - std::min(m_kept, m_lines.size());
    m_lines.erase(m_lines.begin(), m_lines.begin() + static_cast<std::ptrdiff_t>(std::min(over, m_unneeded)));
    if (m_lines.size() <= m_kept) return;
    m_unneeded = m_lines.size();
    m_timer = m_loop.after(k_unneeded, [this] { let_go(); });
}

} // namespace kdiag::client
