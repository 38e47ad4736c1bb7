// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/line_buffer.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace kdiag::app {

/// How far a log was read, so that reading can go on elsewhere without losing or repeating a line. The API only goes back to whole
/// seconds (`sinceTime`), several lines may have one time, and lines of standard output and error may be a little out of order: all
/// lines of the last second and the one before are remembered, and taken out of what is sent again.
class LogCursor {
public:
    bool empty() const { return m_newest == 0; }
    LogTime newest() const { return m_newest; }
    /// What to ask for to go on: the second before the newest line's.
    LogTime since() const;

    /// A line was taken. Only its first piece is asked for.
    void note(const LinePiece& piece);
    /// From now on lines come that may have been taken before.
    void resume();
    /// Whether this line was taken before resume(). Each line taken is found once.
    bool is_repeat(const LinePiece& piece);
    /// None of the last lines came again although later ones did: the log was rotated meanwhile, and lines in between are lost.
    bool lost_lines() const { return m_resumed && !m_found && m_passed && m_had_lines; }

    /// What makes a line known again: its time and its first bytes, which every first piece has.
    static std::uint64_t fingerprint(const LinePiece& piece);

private:
    LogTime m_newest = 0;
    struct Taken {
        LogTime time;
        std::uint64_t fingerprint;
    };
    std::vector<Taken> m_taken;          ///< the lines from since() on
    std::size_t m_at_newest = 0;         ///< how many lines had exactly the newest time
    bool m_coarse = false;               ///< more lines than are remembered
    bool m_resumed = false, m_found = false, m_passed = false, m_had_lines = false;
    LogTime m_resumed_at = 0, m_resumed_since = 0;
    std::size_t m_expected_at_newest = 0;
    std::unordered_map<std::uint64_t, std::size_t> m_expected;
};

} // namespace kdiag::app
