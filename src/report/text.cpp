// SPDX-License-Identifier: Apache-2.0
#include "report/canvas.hpp"
#include "report/render.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"
#include "util/text_width.hpp"

#include <algorithm>
#include <map>

namespace kdiag::report {

namespace {

using rules::Finding;

constexpr std::size_t k_most_evidence = 8;
constexpr std::size_t k_help_indent = 11; ///< under the text of `   = help:  `

std::string show_name(const kube::ObjectRef& ref, std::size_t width) {
    return cut_middle(sanitize_line(ref.display()), std::max<std::size_t>(width, 24));
}

class TextScreen {
public:
    TextScreen(const Report& report, const TextOptions& options) : m_report(report), m_canvas(options) {
        for (const auto& finding : report.findings) m_by_id[finding.id] = &finding;
    }

    std::string draw() {
        header();
        verdict();
        findings();
        footer();
        return m_canvas.take();
    }

private:
    std::string where() const {
        const std::string scope = m_report.namespaces.empty() ? "all namespaces" : format("namespace {}", join(m_report.namespaces, ", "));
        if (m_report.source != "live") return format("{}, {}", m_report.path, scope);
        return format("context {}, {}", m_report.context.empty() ? m_report.server : m_report.context, scope);
    }

    void header() {
        m_canvas.wrapped("", where(), Style::dim);
        m_canvas.line();
    }

    void verdict() {
        const auto& symbols = m_canvas.symbols();
        switch (m_report.verdict) {
        case Verdict::healthy:
            if (m_report.complete)
                m_canvas.line(m_canvas.styled(Style::good, format("{} no problems found", symbols.good)));
            else
                m_canvas.line(m_canvas.styled(Style::warning, "no problems found in what could be read; the result is incomplete"));
            break;
        case Verdict::unknown: m_canvas.line(m_canvas.styled(Style::warning, "! nothing could be checked")); break;
        case Verdict::degraded: m_canvas.wrapped("! ", m_report.headline, Style::warning); break;
        case Verdict::failing: m_canvas.wrapped(format("{} ", symbols.bad), m_report.headline, Style::critical); break;
        }
    }

    void findings() {
        const std::size_t limit = m_canvas.options().max_findings == 0 ? m_report.findings.size() : m_canvas.options().max_findings;
        for (std::size_t i = 0; i < m_report.findings.size() && i < limit; ++i) finding(m_report.findings[i]);
        if (m_report.findings.size() > limit) {
            m_canvas.line();
            m_canvas.line(format("and {} more, see --max-findings 0 or -o wide", m_report.findings.size() - limit));
        }
    }

    void finding(const Finding& finding) {
        m_canvas.line();
        const std::string head = format("{}[{}]: ", to_string(finding.severity), finding.rule->id);
        title(finding, head);
        m_canvas.wrapped("  --> ", place(finding));
        m_canvas.line("   |");
        evidence(finding);
        m_canvas.line("   |");
        if (!finding.caused_by.empty()) m_canvas.wrapped("   = cause: ", follows_from(finding));
        if (!finding.cause.empty()) m_canvas.wrapped(finding.caused_by.empty() ? "   = cause: " : "   = note:  ", finding.cause);
        if (!finding.impact.empty()) m_canvas.wrapped("   = felt:  ", finding.impact);
        if (finding.first_seen && finding.first_seen < m_report.now)
            m_canvas.line(format("   = since: {} ago", to_age(m_report.now - finding.first_seen)));
        for (const auto& remedy : finding.remedies) {
            m_canvas.wrapped("   = help:  ", remedy.text);
            if (!remedy.command.empty()) // never wrapped: it is there to be copied
                m_canvas.line(std::string(k_help_indent + 1, ' ') + m_canvas.styled(Style::bold, sanitize_line(remedy.command)));
        }
    }

    void title(const Finding& finding, const std::string& head) {
        bool first = true;
        const std::size_t room = m_canvas.width() > head.size() + 30 ? m_canvas.width() - head.size() : 30;
        for (const auto& part : wrap(sanitize_line(finding.title), room)) {
            m_canvas.line((first ? m_canvas.styled(Canvas::style_of(finding.severity), head.substr(0, head.size() - 2)) + ": " : std::string(head.size(), ' ')) +
                          m_canvas.styled(Style::bold, part));
            first = false;
        }
    }

    std::string place(const Finding& finding) const {
        std::string text = show_name(finding.subject, m_canvas.width() - 30);
        const bool one_namespace = m_report.namespaces.size() == 1;
        if (!one_namespace && !finding.subject.namespace_name.empty()) text += format(" in {}", finding.subject.namespace_name);
        if (finding.affected.size() > 1) text += format(" and {} more", finding.affected.size() - 1);
        if (!finding.owner.empty()) {
            text += format(", {} {}", finding.shared.empty() ? "of" : "through", finding.owner.display());
            if (finding.affected_total > 0 && finding.subject.kind == "Pod" && finding.affected_total >= static_cast<std::int64_t>(finding.affected.size()))
                text += format(" ({} of {} pods)", finding.affected.size(), finding.affected_total);
        }
        return text;
    }

    void evidence(const Finding& finding) {
        std::size_t shown = 0, rows = 0;
        for (const auto& entry : finding.evidence) {
            if (entry.table_row) {
                const std::string row = sanitize_line(entry.text);
                m_canvas.line("   |  " + (m_canvas.options().width == 0 ? row : cut_end(row, m_canvas.width() - 6, m_canvas.options().ascii)));
                ++rows;
                continue;
            }
            if (shown == k_most_evidence) continue;
            ++shown;
            evidence_line(entry);
        }
        const std::size_t rest = finding.evidence.size() - rows - shown;
        if (rest > 0) m_canvas.line(format("   |  and {} more in -o json", rest));
    }

    void evidence_line(const rules::Evidence& entry) {
        std::string text;
        if (entry.time) text += to_clock(entry.time) + "  ";
        if (entry.type == rules::EvidenceType::log) text += "log: ";
        text += entry.text;
        if (entry.count > 1) {
            text += format("  {}{}", m_canvas.symbols().times, entry.count);
            if (entry.first_time && entry.first_time < entry.time) text += format(" in {}", to_age(entry.time - entry.first_time));
        }
        bool first = true;
        for (const auto& part : wrap(sanitize_line(text), m_canvas.width() > 40 ? m_canvas.width() - 8 : 32)) {
            m_canvas.line((first ? "   |  " : "   |    ") + part);
            first = false;
        }
    }

    std::string follows_from(const Finding& finding) const {
        std::vector<std::string> causes;
        for (const auto& id : finding.caused_by) {
            const auto found = m_by_id.find(id);
            if (found == m_by_id.end()) continue;
            const auto& cause = *found->second;
            causes.push_back(format("{} on {}", cause.rule->id, (cause.owner.empty() ? cause.subject : cause.owner).display()));
        }
        return "follows from " + list_some(causes);
    }

    std::string counted_findings() const {
        std::string text = counted(m_report.findings.size(), "problem");
        if (!m_report.root_causes.empty()) text += format(", {}", counted(m_report.root_causes.size(), "root cause"));
        std::vector<std::string> parts;
        for (const auto& [number, word] : {std::pair{m_report.counts.critical, "critical"}, std::pair{m_report.counts.error, "error"},
                                           std::pair{m_report.counts.warning, "warning"}, std::pair{m_report.counts.info, "info"}})
            if (number > 0) parts.push_back(format("{} {}", number, word));
        return format("{}: {}", text, join(parts, ", "));
    }

    void fix_first() {
        if (m_report.root_causes.empty()) return;
        const auto found = m_by_id.find(m_report.root_causes.front());
        if (found == m_by_id.end()) return;
        const auto& first = *found->second;
        m_canvas.wrapped("fix first: ", format("{} on {} (more: kdiag rule {})", first.rule->id, (first.owner.empty() ? first.subject : first.owner).display(), first.rule->id));
    }

    void footer() {
        if (!m_report.findings.empty()) {
            m_canvas.line();
            m_canvas.line(m_canvas.styled(Style::bold, counted_findings()));
            fix_first();
        }
        m_canvas.wrapped(m_report.findings.empty() ? "  " : "", checked_line(), Style::dim);
        if (m_canvas.options().show_skipped)
            for (const auto& skipped : m_report.skipped) m_canvas.wrapped("  skipped: ", skipped_line(skipped));
    }

    std::string checked_line() const {
        std::string text = format("checked {}", counted(m_report.objects_checked, "object"));
        if (m_report.findings.empty() && !m_report.checked.empty()) {
            std::vector<std::string> kinds;
            for (std::size_t i = 0; i < m_report.checked.size() && i < 3; ++i) kinds.push_back(m_report.checked[i].what);
            text += format(" ({}{})", join(kinds, ", "), m_report.checked.size() > 3 ? ", ..." : "");
        }
        text += format(" with {} in {:.1f}s", counted(m_report.rules_run, "rule"), static_cast<double>(m_report.duration_ms) / 1000);
        if (m_report.skipped.empty()) return text;
        text += format(", {} skipped: {}", counted(m_report.skipped.size(), "check"), m_report.skipped.front().detail);
        if (m_report.skipped.size() > 1) text += format(" and {} more", m_report.skipped.size() - 1);
        return text + (m_canvas.options().show_skipped ? "" : " (--show-skipped)");
    }

    static std::string skipped_line(const SkippedCheck& skipped) {
        std::string text = format("{} ({})", skipped.detail, skipped.reason);
        if (!skipped.rules.empty()) text += format(", not run: {}", join(skipped.rules, " "));
        return text;
    }

    const Report& m_report;
    Canvas m_canvas;
    std::map<std::string_view, const Finding*> m_by_id;
};

} // namespace

std::string render_text(const Report& report, const TextOptions& options) {
    return TextScreen(report, options).draw();
}

} // namespace kdiag::report
