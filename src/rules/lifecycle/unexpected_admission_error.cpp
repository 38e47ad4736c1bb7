// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/lifecycle/replaced_pods.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::lifecycle {

namespace {

struct Refusal {
    std::string_view reason, what;
};
constexpr Refusal k_refusals[] = {
    {"UnexpectedAdmissionError", "devices or resources could not be allocated"},
    {"TopologyAffinityError", "its cpus, memory and devices cannot be given from one NUMA node"},
    {"AppArmor", "its AppArmor profile cannot be used"},
    {"SysctlForbidden", "it asks for a sysctl that is not allowed"},
    {"VolumeAttachmentLimitExceeded", "the node has no room for one more volume"},
    {"InvalidNodeInfo", "the kubelet has no word about its own node"},
    {"SupplementalGroupsPolicyNotSupported", "the node does not support its supplementalGroupsPolicy"},
    {"InitContainerRestartPolicyForbidden", "the node does not support sidecar containers"},
    {"PodFeatureUnsupported", "the node does not support a feature that it uses"},
    {"PodLevelResourcesNotAdmittedError", "the node does not support resources of the pod as a whole"},
};

const Refusal* refusal_of(const kube::Pod& pod) {
    if (pod.status.phase != "Failed") return nullptr;
    const auto found = std::find_if(std::begin(k_refusals), std::end(k_refusals),
                                    [&](const Refusal& refusal) { return refusal.reason == pod.status.reason; });
    return found == std::end(k_refusals) ? nullptr : found;
}

std::string cause_of(const kube::Pod& pod, const Refusal& refusal) {
    const std::string_view message = pod.status.message;
    if (contains(message, "requested number of devices unavailable for "))
        return format("the device plugin of `{}` has fewer healthy devices of {} than the scheduler believed, often because the node was "
                      "restarted and the plugin had not registered yet",
                      pod.spec.node_name, trim(between(message, "unavailable for ", ". ")));
    if (contains(message, "no healthy devices present"))
        return format("no device of the requested kind is healthy on `{}`", pod.spec.node_name);
    if (refusal.reason == "TopologyAffinityError")
        return "the topology manager of the kubelet demands that cpus, memory and devices come from one NUMA node, and the scheduler does "
               "not look at that";
    return format("the kubelet of `{}` refused the pod: {}", pod.spec.node_name, message.empty() ? refusal.what : trim(message));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        const Refusal* refusal = refusal_of(pod);
        if (!refusal) continue;
        const Lost lost = judge(context, pod, [](const kube::Pod& other) { return refusal_of(other) != nullptr; });
        if (!lost.worth_it) continue;
        const std::string node(pod.spec.node_name);
        Finding finding = begin_failed(context, pod, lost);
        finding.title = format("node `{}` turns the pod away: {}", node, refusal->what);
        finding.cause = cause_of(pod, *refusal);
        finding.evidence.push_back({.text = format("on node {}", node), .path = ".spec.nodeName", .value = node});
        finding.explained_by.push_back({.kind = std::string(kube::Node::k_kind), .name = node});
        finding.impact = "the pod has failed for good; only a controller makes a new one";
        finding.remedies.push_back({"when the node or its plugin is in order again, let the pod be made anew",
                                    format("{} delete pod {}", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
                                    Risk::disruptive});
        finding.remedies.push_back({"look at the node and its plugins", format("kubectl describe node {}", shell_quote(node)), Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_unexpected_admission_error{
    {.id = "KD1703",
     .name = "unexpected-admission-error",
     .title = "a kubelet could not give a pod what it asked for",
     .category = "termination",
     .scenario = Scenario::pending,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::deployments, kube::Resource::replicasets,
              kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs},
     .precedence = 50,
     .doc = {.meaning = "The kubelet refused the pod because devices, NUMA topology, a security profile, a sysctl or a feature that it "
                        "asks for cannot be had on the node.",
             .why_it_matters = "The pod has failed and is not tried again, even when the node is in order a minute later.",
             .how_it_is_found =
                 "The pod has failed with the reason UnexpectedAdmissionError, TopologyAffinityError, AppArmor, SysctlForbidden, "
                 "VolumeAttachmentLimitExceeded or a similar one. A single pod that its controller has already replaced is not reported.",
             .what_to_do = "Read the message: it names the device or the setting.\nRepair the device plugin or the node.\nDelete the pod, "
                           "so that its controller makes a new one.",
             .see_also = "KD1213 KD1701"}},
    check};

} // namespace kdiag::rules::lifecycle
