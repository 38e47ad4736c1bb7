// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/lifecycle/replaced_pods.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::lifecycle {

namespace {

struct Refusal {
    std::string_view reason, title, cause;
};
constexpr Refusal k_refusals[] = {
    {"NodeAffinity", "its labels do not match the pod's selector",
     "the node's labels do not match the pod's node selector or affinity: a label was changed, or nodeName was set by hand"},
    {"TaintToleration", "the pod does not tolerate its taints",
     "the node has a taint that the pod does not tolerate: it was tainted after the pod was bound, or nodeName was set by hand"},
    {"NodePorts", "a host port is taken", "another pod on the node has the host port already"},
    {"NodeName", "the pod names another node", "spec.nodeName is not the name of the node that was asked to run the pod"},
    {"NodeUnschedulable", "it is cordoned", "the node is marked unschedulable"},
    {"PodOSSelectorNodeLabelDoesNotMatch", "the pod is for another operating system",
     "the label kubernetes.io/os that the pod selects is not the node's"},
    {"PodOSNotSupported", "the pod is for another operating system", "spec.os.name of the pod is not the node's operating system"},
};

const Refusal* refusal_of(const kube::Pod& pod) {
    if (pod.status.phase != "Failed") return nullptr;
    const auto found = std::find_if(std::begin(k_refusals), std::end(k_refusals),
                                    [&](const Refusal& refusal) { return refusal.reason == pod.status.reason; });
    return found == std::end(k_refusals) ? nullptr : found;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        const Refusal* refusal = refusal_of(pod);
        if (!refusal) continue;
        const Lost lost = judge(context, pod, [](const kube::Pod& other) { return refusal_of(other) != nullptr; });
        if (!lost.worth_it) continue;
        const std::string node(pod.spec.node_name);
        Finding finding = begin_failed(context, pod, lost);
        finding.title = format("node `{}` turns the pod away: {}", node, refusal->title);
        finding.cause = std::string(refusal->cause);
        finding.evidence.push_back({.text = format("on node {}", node), .path = ".spec.nodeName", .value = node});
        finding.explained_by.push_back({.kind = std::string(kube::Node::k_kind), .name = node});
        finding.impact = "the pod has failed for good; only a controller makes a new one";
        finding.remedies.push_back({"compare the node with what the pod asks for",
                                    format("kubectl get node {} --show-labels -o wide", shell_quote(node)), Risk::read});
        add_cleanup(pod, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_node_admission_refused{
    {.id = "KD1702",
     .name = "node-admission-refused",
     .title = "a kubelet turned a pod away that does not match its node",
     .category = "termination",
     .scenario = Scenario::pending,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::deployments, kube::Resource::replicasets,
              kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs},
     .precedence = 50,
     .doc = {.meaning = "The kubelet checks a pod again before it runs it, and found that the pod does not match the node: labels, taints, "
                        "host ports or the operating system.",
             .why_it_matters =
                 "The pod fails before a container starts and is not tried again. A controller makes a new one, which may go the same way.",
             .how_it_is_found = "The pod has failed with the reason NodeAffinity, TaintToleration, NodePorts, NodeName, NodeUnschedulable "
                                "or one about the operating system. A single pod that its controller has already replaced is not reported.",
             .what_to_do = "Compare the node's labels and taints with the pod.\nRestore a label that was removed.\nDo not set nodeName by "
                           "hand.\nDelete the failed pods.",
             .see_also = "KD1206 KD1203 KD1209"}},
    check};

} // namespace kdiag::rules::lifecycle
