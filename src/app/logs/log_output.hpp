// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/painter.hpp"
#include "local/output.hpp"

#include <ostream>
#include <string>
#include <string_view>

namespace kdiag::app {

/// Where the lines of logs go: painted, in batches, with what happens between them. Events stand among the lines where people read them
/// and in JSON, and on standard error where a program takes the lines as they are.
class LogOutput {
public:
    LogOutput(net::EventLoop& loop, int descriptor, std::ostream& err, PaintOptions options, const LineFilter& filter);

    /// Prefixes are as wide as the widest.
    void make_room(const LogOrigin& origin) { m_painter.make_room(origin); }
    void write_raw(std::string_view bytes) { m_output.write(bytes); }
    void print(const LogOrigin& origin, const LinePiece& piece);
    void print_event(const LogOrigin& origin, const LogEvent& event, std::string_view time);
    /// A line that was printed in part gets its end, because its rest does not follow now.
    void end_open_line();
    /// The same, where it would be no valid output without its end.
    void end_open_object();
    /// Writes what was printed, as soon as it is a good portion; `all`: whatever there is.
    void flush(bool all);

    bool full() const { return m_output.full(); }
    bool empty() const { return m_batch.empty() && m_output.empty(); }
    /// The errno of a write that failed; EPIPE as soon as the reader has gone.
    int error() const { return m_output.error(); }

private:
    PaintOptions m_options;
    Painter m_painter;
    std::ostream& m_err;
    local::Output m_output;
    std::string m_batch;
    bool m_line_open = false; ///< the output ends in the middle of a line
};

} // namespace kdiag::app
