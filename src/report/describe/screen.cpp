// SPDX-License-Identifier: Apache-2.0
#include "report/canvas.hpp"
#include "report/describe/describe.hpp"
#include "report/describe/timeline_text.hpp"
#include "report/table.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/text_width.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

/// A title or label wider than this stands on a line of its own.
constexpr std::size_t k_widest_label = 28;

std::string symbol_of(Verdict state, const Symbols& symbols) {
    switch (state) {
    case Verdict::healthy: return std::string(symbols.good);
    case Verdict::failing: return std::string(symbols.bad);
    case Verdict::degraded:
    case Verdict::unknown: return "!";
    }
    return "!";
}

Style style_of(Verdict state) {
    return state == Verdict::healthy ? Style::good : state == Verdict::failing ? Style::critical : Style::warning;
}

class DescribeScreen {
public:
    DescribeScreen(const DescribeView& view, const TextOptions& options, bool full) : m_view(view), m_canvas(options), m_full(full) {}

    std::string draw() {
        verdict();
        facts();
        sections();
        if (m_view.with_timeline) timeline();
        next();
        unseen();
        return m_canvas.take();
    }

    void verdict() {
        m_canvas.wrapped(symbol_of(m_view.state, m_canvas.symbols()) + " ", m_view.verdict, style_of(m_view.state));
        std::size_t widest = 0;
        for (const auto& [title, rule] : m_view.problems)
            if (!rule.empty()) widest = std::max(widest, display_width(sanitize_line(title)));
        for (const auto& [title, rule] : m_view.problems) problem(sanitize_line(title), rule, widest);
    }
    std::string take() { return m_canvas.take(); }

private:
    /// The ids stand in a column where there is room for one.
    void problem(const std::string& title, const std::string& rule, std::size_t widest) {
        const std::size_t needed = widest + rule.size() + 4;
        if (rule.empty()) m_canvas.wrapped("  ", title);
        else if (needed <= m_canvas.width()) m_canvas.line(format("  {}  {}", pad_right(title, widest), rule));
        else m_canvas.wrapped("  ", format("{}  {}", title, rule));
    }

    void facts() {
        if (m_view.facts.empty()) return;
        m_canvas.line();
        std::size_t width = 0;
        for (const auto& [label, text] : m_view.facts) width = std::max(width, label.size());
        for (const auto& [label, text] : m_view.facts) m_canvas.wrapped(format("{:<{}}  ", label, width), text);
    }

    bool shows(const DescribeSection& section) const { return m_full ? !section.brief_only : !section.full_only; }

    void sections() {
        for (std::size_t i = 0; i < m_view.sections.size(); ++i) {
            const auto& section = m_view.sections[i];
            if (!shows(section)) continue;
            if (section.nested) {
                draw_notes(section);
                continue;
            }
            m_canvas.line();
            if (!section.title.empty()) m_canvas.line(m_canvas.styled(Style::bold, sanitize_line(section.title)));
            draw_table(section);
            draw_lines(section, section.title.empty() && !section.table.has_rows() ? "" : "  ");
        }
    }

    void draw_table(const DescribeSection& section) {
        if (!section.table.has_rows()) return;
        const auto clean = [](const std::vector<std::string>& row) {
            std::vector<std::string> cells;
            for (const auto& cell : row) cells.push_back(sanitize_line(cell));
            return cells;
        };
        Table table(clean(section.table.rows.front()));
        for (std::size_t i = 1; i < section.table.rows.size(); ++i) table.add(clean(section.table.rows[i]));
        const std::string indent = section.title.empty() ? "" : "  ";
        const auto& options = m_canvas.options();
        const std::size_t room = options.width == 0 ? 0 : std::max<std::size_t>(options.width, 24) - indent.size();
        for (const auto& line : table.lines({.width = room, .ascii = options.ascii, .prose = section.table.prose})) m_canvas.line(indent + line);
    }

    void draw_lines(const DescribeSection& section, const std::string& indent) {
        const std::size_t width = label_width(section);
        for (const auto& line : section.lines) m_canvas.wrapped(indent + labelled(sanitize_line(line.label), width), line.text);
    }

    /// Notes on a table's row: `  api  readiness  GET http ...`.
    void draw_notes(const DescribeSection& section) {
        std::size_t title_width = 0;
        for (const auto& other : m_view.sections)
            if (other.nested && shows(other)) title_width = std::max(title_width, display_width(sanitize_line(other.title)));
        title_width = std::min(title_width, k_widest_label / 2);
        std::string title = sanitize_line(section.title);
        if (display_width(title) > title_width) {
            m_canvas.wrapped("  ", title);
            title.clear();
        }
        const std::size_t width = label_width(section);
        for (const auto& line : section.lines) {
            m_canvas.wrapped(format("  {}  {}", pad_right(title, title_width), labelled(sanitize_line(line.label), width)), line.text);
            title.clear();
        }
    }

    static std::size_t label_width(const DescribeSection& section) {
        std::size_t width = 0;
        for (const auto& line : section.lines)
            if (const std::size_t own = display_width(sanitize_line(line.label)); own <= k_widest_label) width = std::max(width, own);
        return width;
    }
    static std::string labelled(const std::string& label, std::size_t width) {
        if (width == 0) return label.empty() ? label : label + "  ";
        return pad_right(label, width) + "  ";
    }

    void timeline() {
        if (m_view.timeline.empty() && m_view.no_events.empty()) return;
        m_canvas.line();
        if (m_view.timeline.empty()) {
            m_canvas.wrapped("", m_view.no_events);
            return;
        }
        const auto text = timeline_text(m_view, m_canvas.options());
        m_canvas.wrapped("", text.title, Style::bold);
        m_canvas.line(text.scale);
        for (const auto& [prefix, words] : text.rows) m_canvas.wrapped(prefix, words);
        if (m_view.timeline_left_out > 0) m_canvas.line(format("  and {} more kinds of events (--full)", m_view.timeline_left_out));
    }

    void next() {
        if (m_view.next.empty()) return;
        m_canvas.line();
        std::size_t widest = 0;
        for (const auto& [command, why] : m_view.next) widest = std::max(widest, display_width(sanitize_line(command)));
        bool first = true;
        for (const auto& [command, why] : m_view.next) { // never wrapped: they are there to be copied
            const std::string lead = first ? "next: " : "      ";
            const std::string clean = sanitize_line(command);
            first = false;
            if (lead.size() + widest + why.size() + 5 <= m_canvas.width()) {
                m_canvas.line(format("{}{}   ({})", lead, pad_right(clean, widest), why));
                continue;
            }
            m_canvas.line(lead + clean);
            m_canvas.line(format("        ({})", why));
        }
    }

    void unseen() {
        if (m_view.unseen.empty()) return;
        m_canvas.line();
        m_canvas.wrapped("incomplete: ", format("{}", join(m_view.unseen, ", ")), Style::warning);
    }

    const DescribeView& m_view;
    Canvas m_canvas;
    bool m_full;
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
