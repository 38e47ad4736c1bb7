// SPDX-License-Identifier: Apache-2.0
#include "report/canvas.hpp"
#include "report/describe/describe.hpp"
#include "report/table.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"
#include "util/text_width.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

constexpr std::size_t k_bar_width = 20;

std::string table_text(const DescribeTable& source) {
    const auto clean = [](const std::vector<std::string>& row) {
        std::vector<std::string> cells;
        for (const auto& cell : row) cells.push_back(sanitize_line(cell));
        return cells;
    };
    Table table(clean(source.rows.front()));
    for (std::size_t i = 1; i < source.rows.size(); ++i) table.add(clean(source.rows[i]));
    return table.text();
}

class DescribeScreen {
public:
    DescribeScreen(const DescribeView& view, const TextOptions& options, bool full) : m_view(view), m_canvas(options), m_full(full) {}

    std::string draw() {
        verdict();
        facts();
        for (const auto& section : m_view.sections)
            if (m_full || !section.full_only) draw_section(section);
        if (m_view.with_timeline) timeline();
        next();
        return m_canvas.take();
    }

    void verdict() {
        const auto& symbols = m_canvas.symbols();
        m_canvas.wrapped(format("{} ", m_view.works ? symbols.good : symbols.bad), m_view.verdict, m_view.works ? Style::good : Style::critical);
        for (const auto& [title, rule] : m_view.problems) m_canvas.wrapped("  ", format("{}  {}", title, rule));
    }
    std::string take() { return m_canvas.take(); }

private:
    void facts() {
        if (m_view.facts.empty()) return;
        m_canvas.line();
        std::size_t width = 0;
        for (const auto& [label, text] : m_view.facts) width = std::max(width, label.size());
        for (const auto& [label, text] : m_view.facts) m_canvas.wrapped(format("{:<{}}  ", label, width), text);
    }

    void draw_section(const DescribeSection& section) {
        if (section.lines.empty() && section.table.rows.empty()) return;
        const bool nested = m_after_table && section.table.rows.empty() && !section.title.empty() && !contains(section.title, " ") && !section.full_only;
        if (!nested) m_canvas.line();
        if (!section.table.rows.empty()) {
            const std::string text = trim_end(table_text(section.table)); // split hands out views into it
            for (const auto line : split(text, '\n')) m_canvas.line(m_canvas.options().width == 0 ? std::string(line) : cut_end(line, m_canvas.width(), m_canvas.options().ascii));
        }
        if (!section.title.empty()) m_canvas.line((nested ? "  " : "") + m_canvas.styled(Style::bold, sanitize_line(section.title)));
        for (const auto& line : section.lines) m_canvas.wrapped(nested ? "    " : "  ", line);
        if (!section.table.rows.empty()) m_after_table = true;
    }

    static std::string trim_end(std::string text) {
        while (text.ends_with('\n')) text.pop_back();
        return text;
    }

    /// A bar from the first to the last time; nothing is invented between them.
    std::string bar(const TimelineEntry& entry, Timestamp start) const {
        const auto span = std::max<std::int64_t>((m_view.now - start).milliseconds, 1);
        const auto column = [&](Timestamp time) { return static_cast<std::size_t>(std::clamp<std::int64_t>((time - start).milliseconds * static_cast<std::int64_t>(k_bar_width - 1) / span, 0, k_bar_width - 1)); };
        std::string text;
        for (std::size_t i = 0; i < k_bar_width; ++i) text += i >= column(entry.first) && i <= column(entry.last) ? (m_canvas.options().ascii ? "#" : "\u25aa") : " ";
        return text;
    }

    void timeline() {
        m_canvas.line();
        if (m_view.timeline.empty()) {
            m_canvas.line("no events (the API server keeps them for about 1h)");
            return;
        }
        Timestamp start = m_view.now;
        for (const auto& entry : m_view.timeline) start = std::min(start, entry.first);
        m_canvas.line(m_canvas.styled(Style::bold, format("Timeline, last {}", to_age(m_view.now - start))) + " (the API server keeps events for about 1h)");
        for (const auto& entry : m_view.timeline) {
            const std::string age = entry.first == entry.last ? to_age(m_view.now - entry.last) : format("{}-{}", to_age(m_view.now - entry.first), to_age(m_view.now - entry.last));
            const std::string times = entry.count > 1 ? format(" {}{}", m_canvas.symbols().times, entry.count) : "";
            m_canvas.wrapped(format("  |{}| {:<12} ", bar(entry, start), age), format("{}{}{}  {}", entry.warning ? "! " : "", entry.subject, times, entry.text));
        }
    }

    void next() {
        if (m_view.next.empty()) return;
        m_canvas.line();
        bool first = true;
        for (const auto& [command, why] : m_view.next) {
            m_canvas.line(format("{}{}   ({})", first ? "next: " : "      ", sanitize_line(command), why));
            first = false;
        }
    }

    const DescribeView& m_view;
    Canvas m_canvas;
    bool m_full, m_after_table = false;
};

} // namespace

std::string render_describe(const DescribeView& view, const TextOptions& options, bool full) {
    return DescribeScreen(view, options, full).draw();
}

std::string render_verdict_line(const DescribeView& view, const TextOptions& options) {
    DescribeScreen screen(view, options, false);
    screen.verdict();
    return screen.take();
}

} // namespace kdiag::report
