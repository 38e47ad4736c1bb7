// SPDX-License-Identifier: Apache-2.0
#include "app/progress.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/text_width.hpp"

namespace kdiag::app {

namespace {
constexpr Duration k_patience{300};
constexpr Duration k_redraw{80};
} // namespace

ProgressLine::ProgressLine(Environment& environment, const OutputOptions& options)
    : m_environment(environment), m_active(environment.stderr_is_terminal && !options.quiet && !environment.variable("CI")),
      m_started(environment.clock()), m_last(m_started) {
    if (const auto terminal = environment.variable("TERM"); !terminal || *terminal == "dumb") m_active = false;
}

void ProgressLine::show(const collect::Progress& progress) {
    if (!m_active) return;
    const Timestamp now = m_environment.clock();
    if (now - m_started < k_patience || (m_shown && now - m_last < k_redraw)) return;
    m_last = now;
    m_shown = true;
    const int columns = m_environment.terminal_columns > 0 ? m_environment.terminal_columns : 80;
    const auto text = format("{} {}/{} requests", sanitize_line(progress.doing), progress.requests_done, progress.requests_total);
    m_environment.err << "\r\x1b[K" << cut_end(text, static_cast<std::size_t>(columns - 1)) << std::flush;
}

void ProgressLine::erase() {
    if (m_shown) m_environment.err << "\r\x1b[K" << std::flush;
    m_shown = false;
}

} // namespace kdiag::app
