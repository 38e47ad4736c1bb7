// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/log_time.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::app {

/// A line of a log, or a part of one that is too long to be held whole.
struct LinePiece {
    LogTime time = 0;        ///< of the line, also in its later pieces; 0: it has none
    std::string_view stamp;  ///< the time as the kubelet wrote it
    std::string_view text;   ///< without time and line end
    bool starts = true;      ///< the line begins here
    bool ends = true;        ///< and ends here
    bool newline = true;     ///< false with `ends`: the log stopped in the middle of the line
};

/// A line as far as it has come.
struct HeldLine {
    std::string_view text; ///< without time and line end
    bool whole = false;    ///< nothing of it is to come
};

/// Cuts the bytes of a log into lines as they arrive. Memory is bounded: a line longer than `longest` comes in pieces, which are never
/// cut inside a UTF-8 character or an escape sequence.
class LineBuffer {
public:
    explicit LineBuffer(bool with_times, std::size_t longest = 64 * 1024) : m_with_times(with_times), m_longest(longest) {}

    void push(std::string_view bytes);
    /// No more bytes come: what is left is a line without its end.
    void finish() { m_finished = true; }
    /// No more bytes come, and a line without its end is not wanted.
    void drop_incomplete();
    /// The first piece, or nothing until more bytes come. Valid until push or pop.
    std::optional<LinePiece> front() const;
    /// The line that front() is of, from there on.
    HeldLine line() const;
    /// Drops what front() showed.
    void pop();
    /// So much will be held before it is taken.
    void reserve(std::size_t bytes) { m_bytes.reserve(m_begin + bytes); }

    std::size_t size() const { return m_bytes.size() - m_begin; }
    bool ended() const { return m_finished && size() == 0; }
    /// A line was begun and its end was not seen yet.
    bool in_line() const { return m_in_line; }

private:
    struct Cut {
        std::size_t text_end, next; ///< offsets from m_begin
        bool ends, newline;
    };
    std::optional<Cut> find_cut() const;

    bool m_with_times;
    std::size_t m_longest;
    std::string m_bytes;
    std::size_t m_begin = 0;
    mutable std::size_t m_searched = 0; ///< from m_begin on, without a line end
    mutable std::size_t m_line_searched = 0; ///< the same, for the whole line
    bool m_finished = false, m_dropped = false;
    bool m_in_line = false;
    LogTime m_time = 0;       ///< of the line that was begun
    std::string m_stamp;
};

} // namespace kdiag::app
