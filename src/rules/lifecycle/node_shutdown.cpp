// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/lifecycle/replaced_pods.hpp"
#include "util/format.hpp"

namespace kdiag::rules::lifecycle {

namespace {

/// `Terminated` and `NodeShutdown` since 1.22, `Shutdown` before; the message tells it from other ends of that name.
bool ended_by_shutdown(const kube::Pod& pod) {
    if (pod.status.phase != "Failed") return false;
    const std::string_view reason = pod.status.reason;
    if (reason == "NodeShutdown" || reason == "Shutdown") return true;
    return reason == "Terminated" && contains_ignoring_case(pod.status.message, "node shutdown");
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!ended_by_shutdown(pod)) continue;
        Lost lost = judge(context, pod, ended_by_shutdown);
        const auto* node = context.facts.find<kube::Node>({}, pod.spec.node_name);
        if (!lost.worth_it || is_replaced(context.facts, pod)) continue; // leftovers of a restart of the node
        Finding finding = begin_failed(context, pod, lost);
        finding.title = format("pod ended when node `{}` was shut down", pod.spec.node_name);
        finding.cause =
            contains(pod.status.reason, "NodeShutdown")
                ? format("the kubelet of `{}` takes no pods while the node is being shut down", pod.spec.node_name)
                : format("`{}` was shut down or restarted in an orderly way, and the kubelet ended its pods", pod.spec.node_name);
        const auto* ready = node ? kube::find_condition(node->status.conditions, "Ready") : nullptr;
        if (ready)
            finding.evidence.push_back({.text = format("{} is {} now", pod.spec.node_name, ready->status == "True" ? "ready" : "not ready"),
                                        .object = kube::ref_of(*node),
                                        .path = ".status.conditions[?(@.type==\"Ready\")].status",
                                        .value = std::string(ready->status),
                                        .time = ready->changed});
        finding.explained_by.push_back({.kind = std::string(kube::Node::k_kind), .name = std::string(pod.spec.node_name)});
        finding.shared = finding.explained_by.front();
        finding.impact = "the pod has failed for good; only a controller makes a new one";
        finding.remedies.push_back({"make the pod anew, or have a controller do it",
                                    format("{} get pod {} -o yaml", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
                                    Risk::read});
        add_cleanup(pod, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_node_shutdown{
    {.id = "KD1705",
     .name = "node-shutdown",
     .title = "a pod ended with its node's shutdown and was not replaced",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::deployments, kube::Resource::replicasets,
              kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs},
     .precedence = 55,
     .doc = {.meaning = "The node was shut down in an orderly way, which ended the pod, and nothing has taken its place.",
             .why_it_matters = "The exit codes of its containers are a consequence and say nothing about the application. A pod without a "
                               "controller is lost.",
             .how_it_is_found =
                 "The pod has failed with the reason Terminated and a message about node shutdown, or with NodeShutdown or Shutdown, and "
                 "its workload is not at strength. Leftovers of workloads that are well again are not reported.",
             .what_to_do = "Make the pod anew, or run it under a controller.\nDelete the failed pods that are left over.",
             .see_also = "KD5001"}},
    check};

} // namespace kdiag::rules::lifecycle
