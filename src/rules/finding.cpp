// SPDX-License-Identifier: Apache-2.0
#include "rules/rule.hpp"

#include "util/format.hpp"

#include <cstdio>
#include <cstdlib>

namespace kdiag::rules {

std::string_view to_string(Severity severity) {
    switch (severity) {
    case Severity::info: return "info";
    case Severity::warning: return "warning";
    case Severity::error: return "error";
    case Severity::critical: return "critical";
    }
    return "error";
}

std::string_view to_string(Confidence confidence) {
    switch (confidence) {
    case Confidence::possible: return "possible";
    case Confidence::likely: return "likely";
    case Confidence::certain: return "certain";
    }
    return "possible";
}

std::string_view to_string(Risk risk) {
    switch (risk) {
    case Risk::read: return "read";
    case Risk::change: return "change";
    case Risk::disruptive: return "disruptive";
    }
    return "read";
}

std::string_view to_string(EvidenceType type) {
    switch (type) {
    case EvidenceType::field: return "field";
    case EvidenceType::event: return "event";
    case EvidenceType::log: return "log";
    case EvidenceType::metric: return "metric";
    case EvidenceType::probe: return "probe";
    case EvidenceType::derived: return "derived";
    }
    return "derived";
}

std::string_view to_string(Scenario scenario) {
    switch (scenario) {
    case Scenario::pending: return "Pending";
    case Scenario::waiting: return "Waiting";
    case Scenario::crash_loop: return "CrashLoop";
    case Scenario::running_but_broken: return "Running but broken";
    case Scenario::service_without_endpoints: return "Service without endpoints";
    case Scenario::other: return "other";
    }
    return "other";
}

void FindingSink::add(Finding finding) {
    if (finding.title.empty() || finding.evidence.empty() || finding.subject.empty()) {
        std::fputs(format("kdiag: rule {} made a finding without title, subject or evidence\n", m_rule.id).c_str(), stderr);
        std::abort(); // caught by the rule's own fixtures, so it never ships
    }
    finding.rule = &m_rule;
    if (finding.owner.empty() && finding.subject.kind == kube::Pod::k_kind) {
        if (const auto* pod = m_facts.find<kube::Pod>(finding.subject.namespace_name, finding.subject.name)) {
            auto top = m_facts.top_owner(*pod);
            if (top.kind != kube::Pod::k_kind) finding.owner = std::move(top);
        }
    }
    m_findings.push_back(std::move(finding));
}

} // namespace kdiag::rules
