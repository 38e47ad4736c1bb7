// SPDX-License-Identifier: Apache-2.0
#include "app/logs/log_output.hpp"

namespace kdiag::app {

namespace {

constexpr std::size_t k_batch = 64 * 1024;

} // namespace

LogOutput::LogOutput(net::EventLoop& loop, int descriptor, std::ostream& err, PaintOptions options, const LineFilter& filter)
    : m_options(options), m_painter(options, filter), m_err(err), m_output(loop, descriptor) {
    m_output.notice_reader(); // a log may be silent for hours, and nobody wants it any more
}

void LogOutput::print(const LogOrigin& origin, const LinePiece& piece) {
    if (piece.starts) end_open_line();
    m_painter.paint(m_batch, origin, piece);
    m_line_open = !piece.ends || (!piece.newline && m_options.format != LogFormat::json);
}

void LogOutput::print_event(const LogOrigin& origin, const LogEvent& event, std::string_view time) {
    std::string line;
    m_painter.paint_event(line, origin, event, time);
    if (m_options.format == LogFormat::raw || (!m_options.terminal && m_options.format != LogFormat::json)) {
        m_err << line << std::flush;
        return;
    }
    end_open_line();
    m_batch += line;
}

void LogOutput::end_open_line() {
    if (!std::exchange(m_line_open, false)) return;
    m_painter.break_line(m_batch);
}

void LogOutput::end_open_object() {
    if (m_options.format == LogFormat::json) end_open_line();
}

void LogOutput::flush(bool all) {
    if (m_batch.empty() || (!all && m_batch.size() < k_batch)) return;
    m_output.write(m_batch);
    m_batch.clear();
}

} // namespace kdiag::app
