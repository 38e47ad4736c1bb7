// SPDX-License-Identifier: Apache-2.0
#include "report/report.hpp"

#include "kube/resource.hpp"
#include "report/redact.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <set>

namespace kdiag::report {

namespace {

Counts count(const std::vector<rules::Finding>& findings) {
    Counts counts;
    for (const auto& finding : findings) {
        switch (finding.severity) {
        case rules::Severity::critical: ++counts.critical; break;
        case rules::Severity::error: ++counts.error; break;
        case rules::Severity::warning: ++counts.warning; break;
        case rules::Severity::info: ++counts.info; break;
        }
    }
    return counts;
}

SkippedCheck skipped_check(const rules::Skipped& skipped) {
    SkippedCheck check{.reason = std::string(to_string(skipped.gap.reason)), .detail = skipped.gap.detail, .rules = skipped.rules,
                       .namespace_name = skipped.gap.namespace_name};
    if (skipped.gap.reason != facts::GapReason::forbidden) return check;
    const auto& info = kube::info_of(skipped.gap.resource);
    const bool logs = skipped.gap.resource == kube::Resource::logs;
    check.needs_verb = logs ? "get" : "list";
    check.needs_group = info.group;
    check.needs_resource = logs ? "pods" : info.plural;
    if (logs) check.needs_subresource = "log";
    return check;
}

std::vector<Checked> checked_of(const facts::Snapshot& facts) {
    std::vector<Checked> checked;
    for (std::size_t i = 0; i < kube::k_resource_count; ++i) {
        const auto resource = static_cast<kube::Resource>(i);
        facts::with_type_of(resource, [&]<class T>() {
            const std::size_t size = facts.all<T>().size();
            if (size > 0 && resource != kube::Resource::events) checked.push_back({counted(size, kube::info_of(resource).singular, kube::info_of(resource).plural), size});
        });
    }
    std::stable_sort(checked.begin(), checked.end(), [](const Checked& a, const Checked& b) { return a.count > b.count; });
    return checked;
}

/// `0 of 3 replicas ready`, for a workload whose numbers are known.
std::string readiness_of(const kube::ObjectRef& ref, const facts::Snapshot& facts) {
    const auto text = [](std::int64_t ready, std::int64_t wanted) { return format("{} of {} replicas ready", ready, wanted); };
    if (ref.kind == kube::Deployment::k_kind) {
        if (const auto* object = facts.find<kube::Deployment>(ref.namespace_name, ref.name)) return text(object->status.ready_replicas, object->spec.replicas.value_or(1));
    } else if (ref.kind == kube::StatefulSet::k_kind) {
        if (const auto* object = facts.find<kube::StatefulSet>(ref.namespace_name, ref.name)) return text(object->status.ready_replicas, object->spec.replicas.value_or(1));
    } else if (ref.kind == kube::DaemonSet::k_kind) {
        if (const auto* object = facts.find<kube::DaemonSet>(ref.namespace_name, ref.name))
            return format("{} of {} pods ready", object->status.number_ready, object->status.desired_number_scheduled);
    }
    return {};
}

std::string headline_of(const Report& report, const facts::Snapshot& facts) {
    if (report.verdict == Verdict::unknown) return "nothing could be checked";
    if (report.verdict == Verdict::healthy) return "no problems found";
    const auto& worst = report.findings.front();
    const auto& about = worst.owner.empty() ? worst.subject : worst.owner;
    std::string text = format("{} is {}", about.display(), report.verdict == Verdict::failing ? "failing" : "at risk");
    if (const auto readiness = readiness_of(about, facts); !readiness.empty()) text += ": " + readiness;
    if (worst.first_seen && worst.first_seen < report.now) text += format(" for {}", to_age(report.now - worst.first_seen));
    if (report.root_causes.size() > 1) text += format(", and {}", counted(report.root_causes.size() - 1, "more root cause"));
    return text;
}

void redact(rules::Finding& finding) {
    for (auto& evidence : finding.evidence) {
        if (evidence.type != rules::EvidenceType::log && evidence.type != rules::EvidenceType::event) continue;
        evidence.redacted = redact_credentials(evidence.text) || evidence.redacted;
        evidence.redacted = redact_credentials(evidence.value) || evidence.redacted;
    }
    redact_credentials(finding.cause);
    redact_credentials(finding.title);
}

} // namespace

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
    case Verdict::healthy: return "healthy";
    case Verdict::degraded: return "degraded";
    case Verdict::failing: return "failing";
    case Verdict::unknown: return "unknown";
    }
    return "unknown";
}

Report make_report(const Run& run, rules::Outcome outcome, const facts::Snapshot& facts) {
    Report report{.command = run.command, .started_at = run.started_at, .now = run.now, .targets = run.targets, .namespaces = run.namespaces,
                  .selector = run.selector, .fail_on = run.fail_on};
    report.findings = std::move(outcome.findings);
    std::erase_if(report.findings, [&](const rules::Finding& finding) { return finding.severity < run.floor; });
    std::set<std::string> present;
    for (auto& finding : report.findings) {
        redact(finding);
        present.insert(finding.id);
    }
    for (auto& finding : report.findings) // a cause below the floor is not in the report
        std::erase_if(finding.caused_by, [&](const std::string& id) { return !present.contains(id); });
    for (const auto& finding : report.findings)
        if (finding.caused_by.empty() && finding.severity >= rules::Severity::warning) report.root_causes.push_back(finding.id);
    report.counts = count(report.findings);
    for (const auto& skipped : outcome.skipped) report.skipped.push_back(skipped_check(skipped));
    report.complete = report.skipped.empty();
    report.rules_run = outcome.rules_run;
    report.rule_times = outcome.times;
    report.objects_checked = facts.object_count();
    report.checked = checked_of(facts);
    if (report.counts.critical + report.counts.error > 0)
        report.verdict = Verdict::failing;
    else if (report.counts.warning > 0)
        report.verdict = Verdict::degraded;
    else
        report.verdict = report.objects_checked == 0 && !report.complete ? Verdict::unknown : Verdict::healthy;
    report.headline = headline_of(report, facts);
    return report;
}

} // namespace kdiag::report
