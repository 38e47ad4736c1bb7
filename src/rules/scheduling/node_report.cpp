// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_report.hpp"

#include "rules/scheduling/node_filters.hpp"
#include "rules/scheduling/unscheduled.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::scheduling {

bool concerns_scope(const facts::Snapshot& facts, const kube::Node& node) {
    if (facts.scope().all_namespaces) return true;
    const std::string_view space = facts.scope().namespace_name;
    const auto here = facts.pods_on_node(node.meta.name);
    if (std::any_of(here.begin(), here.end(), [&](const kube::Pod* pod) { return pod->meta.namespace_name == space; })) return true;
    const auto pods = facts.pods_in(space);
    if (std::any_of(pods.begin(), pods.end(), [&](const kube::Pod* pod) { return waits_for_node(*pod) && wants_node(pod->spec, node); }))
        return true;
    const auto& sets = facts.all<kube::DaemonSet>();
    return std::any_of(sets.begin(), sets.end(), [&](const kube::DaemonSet& set) {
        return set.meta.namespace_name == space && wants_node(set.spec.pod_template.spec, node);
    });
}

bool is_leaving(const kube::Node& node) {
    return node.meta.deleted || std::any_of(node.spec.taints.begin(), node.spec.taints.end(), [](const kube::Taint& taint) {
               return taint.key == "ToBeDeletedByClusterAutoscaler" || taint.key == "karpenter.sh/disrupted" ||
                      taint.key == "karpenter.sh/disruption";
           });
}

Finding begin_node_finding(const kube::Node& node, const kube::Condition& condition) {
    Finding finding{.subject = kube::ref_of(node)};
    finding.first_seen = condition.changed;
    finding.last_seen = condition.updated;
    std::string text = format("condition {} is {}", condition.type, condition.status);
    if (!condition.reason.empty()) text += format(" ({})", condition.reason);
    if (!condition.message.empty()) text += format(": {}", condition.message);
    finding.evidence.push_back({.type = EvidenceType::field,
                                .text = std::move(text),
                                .path = format(".status.conditions[?(@.type==\"{}\")]", condition.type),
                                .value = std::string(condition.status),
                                .time = condition.changed});
    return finding;
}

void check_pressure(const RuleContext& context, FindingSink& sink, const Pressure& pressure) {
    for (const auto& node : context.facts.all<kube::Node>()) {
        const auto* condition = kube::find_condition(node.status.conditions, pressure.condition);
        const auto* ready = kube::find_condition(node.status.conditions, "Ready");
        if (!condition || condition->status != "True" || is_leaving(node) || !concerns_scope(context.facts, node)) continue;
        if (ready && ready->status == "Unknown") continue; // old news: the node does not speak any more
        Finding finding = begin_node_finding(node, *condition);
        std::size_t evicted = 0;
        for (const auto* pod : context.facts.pods_on_node(node.meta.name))
            if (pod->status.phase == "Failed" && pod->status.reason == "Evicted") ++evicted;
        finding.severity = evicted > 0 ? Severity::error : Severity::warning;
        finding.title = format("node `{}` runs out of {}", node.meta.name, pressure.scarce);
        finding.cause = format("the kubelet reports {} since {}{}", pressure.condition,
                               condition->changed ? to_rfc3339(condition->changed) : std::string("an unknown time"),
                               evicted > 0 ? format(" and has evicted {}", counted(evicted, "pod")) : std::string());
        if (const auto* event = context.facts.last_event(node, "EvictionThresholdMet"))
            finding.evidence.push_back({.type = EvidenceType::event,
                                        .text = format("EvictionThresholdMet: {}", event->message),
                                        .value = std::string(event->message),
                                        .time = event->last_seen(),
                                        .first_time = event->first_seen(),
                                        .count = event->count()});
        finding.impact = "no new pods are placed on the node, and pods on it may be evicted";
        finding.remedies.push_back(
            {"see what the node runs and reports", format("kubectl describe node {}", shell_quote(node.meta.name)), Risk::read});
        finding.remedies.push_back(
            {std::string(pressure.advice),
             format("kubectl get pods -A -o wide --field-selector {}", shell_quote(format("spec.nodeName={}", node.meta.name))),
             Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace kdiag::rules::scheduling
