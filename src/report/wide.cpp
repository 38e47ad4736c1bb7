// SPDX-License-Identifier: Apache-2.0
#include "report/canvas.hpp"
#include "report/render.hpp"

#include "report/table.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"

namespace kdiag::report {

std::string render_wide(const Report& report, const TextOptions&) {
    Table table({"SEVERITY", "RULE", "NAMESPACE", "OBJECT", "AFFECTED", "SINCE", "PROBLEM"});
    for (const auto& finding : report.findings) {
        const auto& about = finding.owner.empty() ? finding.subject : finding.owner;
        const std::size_t total = finding.affected_total > 0 ? static_cast<std::size_t>(finding.affected_total) : finding.affected.size();
        std::string problem = finding.title;
        for (const auto& id : finding.caused_by)
            for (const auto& cause : report.findings)
                if (cause.id == id) problem += format(" ({})", cause.rule->id);
        table.add({std::string(to_string(finding.severity)), std::string(finding.rule->id), about.namespace_name.empty() ? "<none>" : sanitize_line(about.namespace_name),
                   sanitize_line(about.display()), format("{}/{}", finding.affected.size(), total),
                   finding.first_seen ? to_age(report.now - finding.first_seen) : "<unknown>", sanitize_line(problem)});
    }
    return report.findings.empty() ? std::string() : table.text();
}

} // namespace kdiag::report
