// SPDX-License-Identifier: Apache-2.0
#include "report/canvas.hpp"
#include "report/render.hpp"

#include "report/table.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"

#include <unordered_map>

namespace kdiag::report {

std::string render_wide(const Report& report, const TextOptions&) {
    Table table({"SEVERITY", "RULE", "NAMESPACE", "OBJECT", "AFFECTED", "SINCE", "PROBLEM"});
    std::unordered_map<std::string_view, std::string_view> rule_of; // by the finding's id
    for (const auto& finding : report.findings) rule_of.emplace(finding.id, finding.rule->id);
    for (const auto& finding : report.findings) {
        const auto& about = finding.owner.empty() ? finding.subject : finding.owner;
        const std::size_t total = finding.affected_total > 0 ? static_cast<std::size_t>(finding.affected_total) : finding.affected.size();
        std::string problem = finding.title;
        for (const auto& id : finding.caused_by)
            if (const auto cause = rule_of.find(id); cause != rule_of.end()) problem += format(" ({})", cause->second);
        table.add({std::string(to_string(finding.severity)), std::string(finding.rule->id), about.namespace_name.empty() ? "<none>" : sanitize_line(about.namespace_name),
                   sanitize_line(about.display()), format("{}/{}", finding.affected.size(), total),
                   finding.first_seen ? to_age(report.now - finding.first_seen) : "<unknown>", sanitize_line(problem)});
    }
    return report.findings.empty() ? std::string() : table.text();
}

} // namespace kdiag::report
