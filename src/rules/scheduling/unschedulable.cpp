// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <map>

namespace kdiag::rules::scheduling {

namespace {

/// `2 nodes: cpu; 1 node: taint gpu=true:NoSchedule`, from the nodes when they are known, else from the message.
std::string reasons_of(const Unscheduled& waiting) {
    std::vector<std::string> parts;
    if (!waiting.analysis->decision.nodes.empty()) {
        std::map<std::string, std::size_t> counts;
        for (const NodeFit* fit : waiting.analysis->decision.nodes)
            for (const auto& obstacle : fit->obstacles)
                ++counts[obstacle.constraint == Constraint::resource ? "too little " + obstacle.what
                                                                     : std::string(to_string(obstacle.constraint))];
        for (const auto& [what, count] : counts) parts.push_back(format("{} on {}", what, counted(count, "node")));
    }
    if (parts.empty())
        for (const auto& refusal : waiting.said.refusals)
            parts.push_back(refusal.nodes ? format("{} on {}", refusal.text, counted(static_cast<std::size_t>(*refusal.nodes), "node"))
                                          : std::string(refusal.text));
    return list_some(parts, 5);
}

/// A group of pods that is placed together waits for its members by design.
bool is_only_waiting(const Unscheduled& waiting) {
    const auto& refusals = waiting.said.refusals;
    return std::any_of(refusals.begin(), refusals.end(), [](const Refusal& r) {
        return r.constraint == Constraint::gang || r.constraint == Constraint::other
                   ? contains(r.text, "waiting for") || contains(r.text, "skip schedule deleting pod")
                   : false;
    });
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::other, Constraint::gang, Constraint::device_claim,
                                                    Constraint::node_features, Constraint::disk_in_use, Constraint::inter_pod});
    for (const Unscheduled& pod : waiting) {
        if (pod.said.refusals.empty()) continue;
        Finding finding = begin_finding(context, pod);
        if (is_only_waiting(pod)) finding.severity = Severity::info;
        const Constraint decisive = pod.analysis->decision.constraint;
        finding.title =
            pod.said.nodes_total || !pod.analysis->fits.empty() ? "pod cannot be scheduled, no node fits" : "pod cannot be scheduled";
        if (decisive == Constraint::device_claim) finding.title = "pod's device claims cannot be met on any node";
        if (decisive == Constraint::node_features) finding.title = "no node's kubelet has the features that the pod needs";
        if (decisive == Constraint::other && pod.analysis->decision.nodes.empty()) finding.confidence = Confidence::likely;
        finding.cause = format("nodes refuse it for different reasons: {}{}", reasons_of(pod), near_misses(pod));
        if (pod.said.refusals.size() == 1) finding.cause = format("the scheduler says: {}", pod.said.refusals.front().text);
        add_table(context, pod, finding);
        finding.impact = "the pod does not start";
        finding.remedies.push_back({"change what keeps it from the node that is nearest to fitting",
                                    format("{} describe pod {}", kubectl_in(pod.pod->meta.namespace_name), shell_quote(pod.pod->meta.name)),
                                    Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_unschedulable{
    {.id = "KD1201",
     .name = "unschedulable",
     .title = "no node fits a pod, for several reasons together",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::persistentvolumeclaims,
              kube::Resource::persistentvolumes, kube::Resource::namespaces},
     .precedence = 20,
     .doc = {.meaning = "The scheduler finds no node for the pod, and no single constraint is to blame: nodes refuse it for different "
                        "reasons, or for one that has no rule of its own.",
             .why_it_matters =
                 "The pod stays Pending. The scheduler itself only tells how many nodes refused for which reason, never which node.",
             .how_it_is_found = "The scheduler's message is read, and its filters are computed again from the objects for every node: "
                                "selector and affinity, taints, cordons, resources, host ports, pod affinity, topology spread and volumes. "
                                "A constraint that decides alone is reported by its own rule.",
             .what_to_do = "Look in the table for the node with the fewest objections.\nRemove those by changing the pod or the node.",
             .false_positives = "Schedulers with plugins of their own know reasons that the objects do not show.",
             .see_also = "KD1217 KD1203 KD1206 KD1207 KD1209 KD1210"}},
    check};

} // namespace kdiag::rules::scheduling
