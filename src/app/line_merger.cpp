// SPDX-License-Identifier: Apache-2.0
#include "app/line_merger.hpp"

#include <algorithm>

namespace kdiag::app {

LineMerger::Stream LineMerger::add(std::string prefix) {
    m_streams.emplace(++m_last, State{.prefix = std::move(prefix), .begun = {}});
    return m_last;
}

void LineMerger::take(Stream stream, std::string_view bytes) {
    if (bytes.empty()) return;
    auto& state = m_streams.at(stream);
    state.begun += bytes;
    if (m_holder == stream) m_quiet = {};
    give_out(stream, state);
    if (m_holder == 0) give_out_all();
}

void LineMerger::end(Stream stream) {
    auto& state = m_streams.at(stream);
    state.ended = true;
    give_out(stream, state);
    if (m_holder == 0) give_out_all();
}

void LineMerger::passed(Duration time) {
    if (m_holder == 0) return;
    m_quiet.milliseconds += time.milliseconds;
    const bool others_wait = std::any_of(m_streams.begin(), m_streams.end(), [this](const auto& entry) { return entry.first != m_holder && !entry.second.begun.empty(); });
    if (m_quiet < k_patience || !others_wait) return;
    m_write("\n");
    m_holder = 0;
    give_out_all();
}

/// What may be given out of one stream: the rest of its long line, lines that are whole, and the beginning of a long line.
void LineMerger::give_out(Stream id, State& state) {
    if (m_holder != 0 && m_holder != id) return;
    std::string_view rest = state.begun;
    std::string lines;
    if (m_holder == id) {
        const auto end = rest.find('\n');
        const auto size = end == std::string_view::npos ? rest.size() : end + 1;
        m_write(rest.substr(0, size));
        rest.remove_prefix(size);
        if (end != std::string_view::npos) m_holder = 0;
    }
    for (auto end = rest.find('\n'); m_holder == 0 && end != std::string_view::npos; end = rest.find('\n')) {
        (lines += state.prefix) += rest.substr(0, end + 1);
        rest.remove_prefix(end + 1);
    }
    if (m_holder == 0 && rest.size() > k_longest) {
        (lines += state.prefix) += rest;
        rest = {};
        m_holder = id;
        m_quiet = {};
    }
    if (state.ended && m_holder == id) {
        lines += '\n';
        m_holder = 0;
    } else if (state.ended && !rest.empty()) {
        ((lines += state.prefix) += rest) += '\n';
        rest = {};
    }
    if (!lines.empty()) m_write(lines);
    state.begun.erase(0, state.begun.size() - rest.size());
}

/// After a long line: what the others have kept, until one of them is within a long line.
void LineMerger::give_out_all() {
    for (auto& [id, state] : m_streams) {
        if (m_holder != 0) break;
        if (!state.begun.empty()) give_out(id, state);
    }
    std::erase_if(m_streams, [](const auto& entry) { return entry.second.ended && entry.second.begun.empty(); });
}

bool LineMerger::full(Stream stream) const {
    const auto found = m_streams.find(stream);
    return found != m_streams.end() && found->second.begun.size() > k_longest;
}

bool LineMerger::holds_ended() const {
    return std::any_of(m_streams.begin(), m_streams.end(), [](const auto& entry) { return entry.second.ended; });
}

} // namespace kdiag::app
