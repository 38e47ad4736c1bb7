// SPDX-License-Identifier: Apache-2.0
#include "rules/common/youth.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_joining = Duration::minutes(2);

/// Nodes of the decision that have an obstacle of one kind.
std::vector<const NodeFit*> nodes_with(const Unscheduled& waiting, Constraint constraint) {
    std::vector<const NodeFit*> nodes;
    std::copy_if(waiting.analysis->decision.nodes.begin(), waiting.analysis->decision.nodes.end(), std::back_inserter(nodes),
                 [&](const NodeFit* fit) { return fit->has(constraint); });
    return nodes;
}

bool all_are_joining(const RuleContext& context, const std::vector<const NodeFit*>& nodes) {
    return !nodes.empty() && std::all_of(nodes.begin(), nodes.end(),
                                         [&](const NodeFit* fit) { return is_younger(context, fit->room->node->meta.created, k_joining); });
}

std::string names_of(const std::vector<const NodeFit*>& nodes) {
    std::vector<std::string> names;
    for (const auto* fit : nodes) names.push_back(format("`{}`", fit->room->node->meta.name));
    return list_some(names);
}

/// `: node.kubernetes.io/unreachable`, as far as the scheduler names the taints.
std::string said_taints(const Unscheduled& waiting) {
    std::vector<std::string> taints;
    for (const auto& refusal : waiting.said.refusals)
        if (refusal.constraint == Constraint::taint && !refusal.detail.empty())
            taints.push_back(format("`{}`", refusal.detail.substr(0, refusal.detail.find(':'))));
    return taints.empty() ? std::string() : ": " + list_some(taints);
}

void add_node_evidence(const std::vector<const NodeFit*>& nodes, Constraint constraint, Finding& finding) {
    for (std::size_t i = 0; i < nodes.size() && i < 3; ++i) {
        const bool cordon = constraint == Constraint::cordoned;
        std::string what = "cordoned";
        for (const auto& obstacle : nodes[i]->obstacles)
            if (obstacle.constraint == constraint && !cordon) what = "taint " + obstacle.detail;
        Evidence evidence = field(cordon ? ".spec.unschedulable" : ".spec.taints", cordon ? "true" : what,
                                  format("{}: {}", nodes[i]->room->node->meta.name, what));
        evidence.object = kube::ref_of(*nodes[i]->room->node);
        finding.evidence.push_back(std::move(evidence));
    }
}

void describe(const RuleContext& context, const Unscheduled& waiting, FindingSink& sink) {
    const Constraint constraint = waiting.analysis->decision.constraint;
    const auto nodes = nodes_with(waiting, constraint);
    if (constraint == Constraint::node_condition && all_are_joining(context, nodes)) return;
    Finding finding = begin_finding(context, waiting);
    finding.shared = {.kind = "Cluster", .name = "nodes"};
    finding.discriminator = waiting.said.no_nodes ? "none" : constraint == Constraint::cordoned ? "cordoned" : "out-of-order";
    if (waiting.said.no_nodes) {
        finding.title = "the cluster has no node to run pods on";
        finding.cause = "the scheduler knows no node at all";
        finding.severity = Severity::critical;
    } else if (constraint == Constraint::cordoned) {
        finding.title = "every node that could run the pod is cordoned";
        finding.cause = nodes.empty() ? std::string("the scheduler found only nodes that are marked unschedulable")
                                      : format("{} {} marked unschedulable, and nothing else could take the pod{}", names_of(nodes),
                                               nodes.size() == 1 ? "is" : "are", near_misses(waiting));
    } else {
        finding.title = "every node that could run the pod is out of order";
        finding.cause = nodes.empty()
                            ? format("the scheduler found only nodes with a taint that says they are not ready or under pressure{}",
                                     said_taints(waiting))
                            : format("{} {} not ready or under pressure, and nothing else could take the pod{}", names_of(nodes),
                                     nodes.size() == 1 ? "is" : "are", near_misses(waiting));
    }
    const bool uninitialized = std::any_of(nodes.begin(), nodes.end(), [](const NodeFit* fit) {
        return std::any_of(fit->obstacles.begin(), fit->obstacles.end(),
                           [](const Obstacle& o) { return o.detail == "node.cloudprovider.kubernetes.io/uninitialized"; });
    });
    if (uninitialized) finding.cause += "; the cloud controller manager has not initialised a node";
    for (const auto* fit : nodes) finding.explained_by.push_back(kube::ref_of(*fit->room->node));
    add_node_evidence(nodes, constraint, finding);
    add_table(context, waiting, finding);
    finding.impact = "the pod does not start";
    if (constraint == Constraint::cordoned && !nodes.empty())
        finding.remedies.push_back({"when the maintenance is over, let pods on the node again",
                                    format("kubectl uncordon {}", shell_quote(nodes.front()->room->node->meta.name)), Risk::change});
    else if (!nodes.empty())
        finding.remedies.push_back(
            {"repair the node", format("kubectl describe node {}", shell_quote(nodes.front()->room->node->meta.name)), Risk::read});
    else
        finding.remedies.push_back({"start or join nodes", "kubectl get nodes -o wide", Risk::read});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::cordoned, Constraint::node_condition});
    for (const Unscheduled& pod : waiting) describe(context, pod, sink);
}

} // namespace

extern const Rule k_no_schedulable_node{
    {.id = "KD1214",
     .name = "no-schedulable-node",
     .title = "there is no node, or those there are cordoned or out of order",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::persistentvolumeclaims,
              kube::Resource::persistentvolumes, kube::Resource::namespaces},
     .precedence = 45,
     .doc = {.meaning = "Pods wait because there is no node, or because each node that could run them is cordoned, not ready, unreachable "
                        "or under pressure.",
             .why_it_matters = "Nothing new starts anywhere until a node comes back.",
             .how_it_is_found = "The scheduler reports no nodes, unschedulable nodes or the taints that the node controller puts on nodes "
                                "out of order, and the nodes themselves confirm it. Nodes in their first two minutes are taken as joining. "
                                "All workloads that wait for this are one finding, and findings about the nodes explain it.",
             .what_to_do = "Uncordon nodes whose maintenance is over.\nRepair nodes that are not ready: see their conditions.\nAdd nodes.",
             .see_also = "KD5001 KD1203"}},
    check};

} // namespace kdiag::rules::scheduling
