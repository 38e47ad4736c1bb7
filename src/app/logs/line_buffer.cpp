// SPDX-License-Identifier: Apache-2.0
#include "app/logs/line_buffer.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

/// `2026-09-14T12:05:33.123456789+02:00` and the space behind it.
constexpr std::size_t k_longest_stamp = 36;
/// More than is held of a log as a rule; what a long line took is given back.
constexpr std::size_t k_usual_capacity = 1u << 20;
/// An escape sequence longer than this is none.
constexpr std::size_t k_longest_escape = 64;

/// How many bytes at the end belong to a UTF-8 character that is not there whole.
std::size_t incomplete_character(std::string_view text) {
    for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
        const auto byte = static_cast<unsigned char>(text[text.size() - back]);
        if ((byte & 0xc0) == 0x80) continue; // a continuation
        const std::size_t length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
        return length > back ? back : 0;
    }
    return 0;
}

/// How many bytes at the end belong to an escape sequence (ECMA-48 CSI) whose last byte has not come.
std::size_t incomplete_escape(std::string_view text) {
    const auto escape = text.rfind('\x1b');
    if (escape == std::string_view::npos || text.size() - escape > k_longest_escape) return 0;
    const auto sequence = text.substr(escape);
    if (sequence.size() == 1) return 1;
    if (sequence[1] != '[') return 0;
    const auto end = std::find_if(sequence.begin() + 2, sequence.end(), [](char c) { return c >= 0x40 && c <= 0x7e; });
    return end == sequence.end() ? sequence.size() : 0;
}

} // namespace

void LineBuffer::push(std::string_view bytes) {
    if (m_begin > m_bytes.size() / 2) {
        m_bytes.erase(0, m_begin);
        m_begin = 0;
        if (m_bytes.capacity() > k_usual_capacity && m_bytes.size() + bytes.size() < k_usual_capacity / 4) m_bytes.shrink_to_fit();
    }
    m_bytes.append(bytes);
}

void LineBuffer::drop_incomplete() {
    const auto last = m_bytes.rfind('\n');
    m_bytes.resize(last == std::string::npos || last < m_begin ? m_begin : last + 1);
    m_searched = std::min(m_searched, size());
    m_line_searched = std::min(m_line_searched, size());
    m_finished = m_dropped = true;
}

std::optional<LineBuffer::Cut> LineBuffer::find_cut() const {
    const auto rest = std::string_view(m_bytes).substr(m_begin);
    const auto piece = rest.substr(0, m_longest + k_longest_stamp);
    const auto newline = piece.find('\n', m_searched);
    if (newline != std::string_view::npos) return Cut{.text_end = newline, .next = newline + 1, .ends = true, .newline = true};
    m_searched = piece.size();
    if (m_finished && piece.size() == rest.size()) {
        if (rest.empty() && (!m_in_line || m_dropped)) return std::nullopt;
        return Cut{.text_end = rest.size(), .next = rest.size(), .ends = true, .newline = false};
    }
    if (piece.size() < m_longest + k_longest_stamp) return std::nullopt;
    const std::size_t end = piece.size() - std::max(incomplete_character(piece), incomplete_escape(piece));
    return Cut{.text_end = end, .next = end, .ends = false, .newline = false};
}

std::optional<LinePiece> LineBuffer::front() const {
    const auto cut = find_cut();
    if (!cut) return std::nullopt;
    LinePiece piece{.time = m_time, .stamp = m_stamp, .text = std::string_view(m_bytes).substr(m_begin, cut->text_end), .starts = !m_in_line, .ends = cut->ends, .newline = cut->newline};
    if (m_in_line || !m_with_times) return piece;
    const auto space = piece.text.substr(0, k_longest_stamp).find(' ');
    const auto stamp = piece.text.substr(0, space);
    if (const auto time = parse_log_time(stamp)) {
        piece.time = *time;
        piece.stamp = stamp;
        piece.text.remove_prefix(space == std::string_view::npos ? stamp.size() : space + 1);
    }
    return piece;
}

HeldLine LineBuffer::line() const {
    const auto piece = front();
    const auto rest = std::string_view(m_bytes).substr(m_begin);
    const auto newline = rest.find('\n', m_line_searched);
    m_line_searched = newline == std::string_view::npos ? rest.size() : newline;
    if (!piece) return {};
    return {.text = {piece->text.data(), static_cast<std::size_t>(rest.data() + m_line_searched - piece->text.data())}, .whole = newline != std::string_view::npos || m_finished};
}

void LineBuffer::pop() {
    const auto cut = find_cut();
    if (!cut) return;
    if (cut->ends) {
        m_in_line = false;
        m_time = 0;
        m_stamp.clear();
    } else if (!m_in_line) {
        const auto piece = *front();
        m_time = piece.time;
        m_stamp = piece.stamp;
        m_in_line = true;
    }
    m_begin += cut->next;
    m_searched = m_line_searched = 0;
}

} // namespace kdiag::app
