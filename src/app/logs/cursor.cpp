// SPDX-License-Identifier: Apache-2.0
#include "app/logs/cursor.hpp"

#include <functional>

namespace kdiag::app {

namespace {

constexpr LogTime k_second = 1'000'000'000;
constexpr std::size_t k_most_lines = 32 * 1024;
constexpr std::size_t k_fingerprint_bytes = 256;

} // namespace

std::uint64_t LogCursor::fingerprint(const LinePiece& piece) {
    const auto text = std::hash<std::string_view>{}(piece.text.substr(0, k_fingerprint_bytes));
    return text ^ (static_cast<std::uint64_t>(piece.time) * 0x9e3779b97f4a7c15u);
}

LogTime LogCursor::since() const {
    return (m_newest / k_second - 1) * k_second;
}

void LogCursor::note(const LinePiece& piece) {
    if (piece.time == 0 || (!empty() && piece.time < since())) return;
    if (piece.time > m_newest) {
        const bool next_second = piece.time / k_second > m_newest / k_second;
        m_newest = piece.time;
        m_at_newest = 0;
        if (next_second) {
            std::erase_if(m_taken, [&](const Taken& taken) { return taken.time < since(); });
            m_coarse = m_coarse && !m_taken.empty();
        }
    }
    if (piece.time == m_newest) ++m_at_newest;
    if (m_taken.size() < k_most_lines)
        m_taken.push_back({.time = piece.time, .fingerprint = fingerprint(piece)});
    else
        m_coarse = true;
}

void LogCursor::resume() {
    m_resumed = !empty();
    m_resumed_at = m_newest;
    m_resumed_since = since();
    m_found = m_passed = false;
    m_had_lines = !m_taken.empty();
    m_expected.clear();
    m_expected_at_newest = m_at_newest;
    if (!m_coarse)
        for (const auto& taken : m_taken) ++m_expected[taken.fingerprint];
}

bool LogCursor::is_repeat(const LinePiece& piece) {
    if (!m_resumed) return false;
    if (piece.time == 0) return !m_found && !m_passed; // the rest of a line that began before the second that was asked for
    if (piece.time > m_resumed_at) {
        m_passed = true;
        return false;
    }
    if (piece.time < m_resumed_since) return true;
    if (m_coarse && (piece.time < m_resumed_at || m_expected_at_newest > 0)) {
        m_expected_at_newest -= piece.time == m_resumed_at ? 1u : 0u;
        return m_found = true;
    }
    const auto known = m_expected.find(fingerprint(piece));
    if (known == m_expected.end()) return false;
    if (--known->second == 0) m_expected.erase(known);
    return m_found = true;
}

} // namespace kdiag::app
