// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::lifecycle {

namespace {

constexpr Duration k_overdue = Duration::seconds(30);

void describe(const RuleContext& context, const kube::Pod& pod, const kube::Node* node, FindingSink& sink) {
    const auto* ready = node ? kube::find_condition(node->status.conditions, "Ready") : nullptr;
    const std::string name(pod.spec.node_name);
    Finding finding{.severity = severity_of_lost_pod(context.facts, pod), .subject = kube::ref_of(pod)};
    finding.first_seen = pod.meta.deleted;
    finding.title =
        node ? format("pod cannot end: its node `{}` is not ready", name) : format("pod cannot end: its node `{}` no longer exists", name);
    finding.cause = node ? format("only the kubelet of `{}` can confirm that the containers have ended, and its condition Ready is {}",
                                  name, ready ? ready->status : std::string_view("Unknown"))
                         : format("only the kubelet of `{}` could confirm that the containers have ended, and the node is gone", name);
    finding.evidence.push_back({.text = format("deleted, and overdue for {}", to_age(context.age(pod.meta.deleted))),
                                .path = ".metadata.deletionTimestamp",
                                .value = to_rfc3339(pod.meta.deleted),
                                .time = pod.meta.deleted});
    finding.evidence.push_back({.text = format("on node {}", name), .path = ".spec.nodeName", .value = name});
    if (ready)
        finding.evidence.push_back({.text = format("{} Ready={} {}", name, ready->status, ready->reason),
                                    .object = kube::ref_of(*node),
                                    .path = ".status.conditions[?(@.type==\"Ready\")].status",
                                    .value = std::string(ready->status),
                                    .time = ready->changed});
    finding.explained_by.push_back({.kind = std::string(kube::Node::k_kind), .name = name});
    const bool is_stateful = context.facts.top_owner(pod).kind == kube::StatefulSet::k_kind;
    finding.impact = is_stateful ? "the StatefulSet makes no replacement before the old pod is gone"
                                 : "the pod stays Terminating, and its volumes stay attached";
    if (node)
        finding.remedies.push_back(
            {"bring the node back, or make sure that it is off", format("kubectl describe node {}", shell_quote(name)), Risk::read});
    else
        finding.remedies.push_back({"make sure that the machine is gone", "kubectl get nodes", Risk::read});
    if (node)
        finding.remedies.push_back(
            {"when the machine is off for certain, let its pods and volumes go",
             format("kubectl taint nodes {} node.kubernetes.io/out-of-service=nodeshutdown:NoExecute", shell_quote(name)),
             Risk::disruptive});
    else
        finding.remedies.push_back(
            {"the machine is gone: forget the pod",
             format("{} delete pod {} --force --grace-period=0", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
             Risk::disruptive});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!pod.meta.deleted || pod.spec.node_name.empty() || context.age(pod.meta.deleted) < k_overdue) continue;
        if (pod.status.phase == "Succeeded" || pod.status.phase == "Failed") continue; // its kubelet has confirmed
        const auto* node = context.facts.find<kube::Node>({}, pod.spec.node_name);
        if (!node && !context.facts.knows<kube::Node>()) continue;
        const auto* ready = node ? kube::find_condition(node->status.conditions, "Ready") : nullptr;
        if (!node || (ready && ready->status != "True")) describe(context, pod, node, sink);
    }
}

} // namespace

extern const Rule k_node_gone{
    {.id = "KD1503",
     .name = "node-gone",
     .title = "a deleted pod waits for a node that does not answer",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::pods, kube::Resource::nodes},
     .uses = {kube::Resource::replicasets},
     .precedence = 60,
     .doc = {.meaning = "The pod is deleted and its grace period is over, but its node is not ready or no longer exists, so nobody "
                        "confirms that its containers have ended.",
             .why_it_matters = "A StatefulSet makes no replacement, and volumes that allow one node only cannot be attached elsewhere.",
             .how_it_is_found = "metadata.deletionTimestamp is more than 30 seconds past, the pod has not reached a terminal phase, and "
                                "the Ready condition of its node is not True or the node does not exist.",
             .what_to_do =
                 "Bring the node back.\nWhen its machine is off for certain, taint it out-of-service, which lets pods and volumes go.\nA "
                 "forced deletion removes the object only: a node that is merely cut off may still run the containers.",
             .see_also = "KD5001 KD1504"}},
    check};

} // namespace kdiag::rules::lifecycle
