// SPDX-License-Identifier: Apache-2.0
#include "kube/quantity.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/lifecycle/eviction_message.hpp"
#include "rules/lifecycle/replaced_pods.hpp"
#include "util/format.hpp"

namespace kdiag::rules::lifecycle {

namespace {

constexpr Duration k_fresh = Duration::minutes(10);

bool is_evicted(const kube::Pod& pod) {
    return pod.status.phase == "Failed" && pod.status.reason == "Evicted";
}

bool is_own_limit(const Eviction& eviction) {
    return eviction.kind == EvictionKind::empty_dir_limit || eviction.kind == EvictionKind::container_limit ||
           eviction.kind == EvictionKind::pod_limit;
}

Evidence limit_evidence(const kube::Pod& pod, const Eviction& eviction) {
    for (std::size_t i = 0; i < pod.spec.volumes.size(); ++i)
        if (eviction.kind == EvictionKind::empty_dir_limit && pod.spec.volumes[i].name == eviction.name && pod.spec.volumes[i].empty_dir)
            return {.text = format("emptyDir {} has sizeLimit {}", eviction.name, pod.spec.volumes[i].empty_dir->size_limit),
                    .path = format(".spec.volumes[{}].emptyDir.sizeLimit", i),
                    .value = std::string(pod.spec.volumes[i].empty_dir->size_limit)};
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i)
        if (eviction.kind == EvictionKind::container_limit && pod.spec.containers[i].name == eviction.name)
            return {.text = format("container {} has limit {}", eviction.name, eviction.limit),
                    .path = format(".spec.containers[{}].resources.limits[\"ephemeral-storage\"]", i),
                    .value = std::string(eviction.limit)};
    return {.type = EvidenceType::derived,
            .text = eviction.limit.empty() ? std::string("the message names no limit") : format("limit {}", eviction.limit),
            .path = ".status.message"};
}

void explain_own_limit(const kube::Pod& pod, const Eviction& eviction, Finding& finding) {
    if (eviction.kind == EvictionKind::empty_dir_limit) {
        finding.title = format("pod is evicted: emptyDir volume `{}` grows beyond its sizeLimit {}", eviction.name, eviction.limit);
        finding.cause =
            format("the containers write more than {} into the emptyDir volume `{}`, and sizeLimit lets the kubelet evict the pod for it",
                   eviction.limit, eviction.name);
    } else if (eviction.kind == EvictionKind::container_limit) {
        finding.title = format("pod is evicted: container `{}` exceeds its ephemeral-storage limit {}", eviction.name, eviction.limit);
        finding.cause = format("the writable layer and the logs of container `{}` exceed its limit of {}", eviction.name, eviction.limit);
        finding.subject.container = eviction.name;
    } else {
        finding.title = format("pod is evicted: it exceeds the ephemeral-storage limit {} of its containers", eviction.limit);
        finding.cause = "writable layers, logs and emptyDir volumes of the pod together exceed the sum of its containers' limits";
    }
    finding.evidence.push_back(limit_evidence(pod, eviction));
    finding.impact = "every new pod of the workload ends the same way";
    finding.remedies.push_back(
        {"write less, rotate logs, or raise the limit; large data belongs on a PersistentVolumeClaim", {}, Risk::change});
}

void explain_node(const RuleContext& context, const kube::Pod& pod, const Eviction& eviction, Finding& finding) {
    const std::string node(pod.spec.node_name), shown = node.empty() ? "the node" : format("node `{}`", node);
    const std::string resource = eviction.kind == EvictionKind::node_condition ? format("the condition {}", eviction.name)
                                 : eviction.name.empty()                       ? std::string("a resource")
                                                                               : std::string(eviction.name);
    if (eviction.kind == EvictionKind::node_condition) {
        finding.title = format("pod is turned away by its node, which has {}", resource);
        finding.cause = format("the kubelet of {} admits no pod while the node has {}", shown, resource);
    } else {
        finding.title = format("pod is evicted: its node ran low on {}", resource);
        finding.cause = format("{} ran low on {}, and the kubelet chose this pod{}", shown, resource,
                               eviction.container.empty() ? std::string()
                                                          : format(": container `{}` used {} and had requested {}", eviction.container,
                                                                   eviction.usage, eviction.request.empty() ? "0" : eviction.request));
        if (!eviction.container.empty())
            finding.evidence.push_back(
                {.type = EvidenceType::derived,
                 .text = format("container {} used {}, request {}", eviction.container, eviction.usage, eviction.request),
                 .path = ".status.message"});
    }
    if (!node.empty()) {
        finding.shared = {.kind = std::string(kube::Node::k_kind), .name = node};
        finding.explained_by.push_back(finding.shared);
    }
    if (const auto* object = context.facts.find<kube::Node>({}, node))
        for (const auto& condition : object->status.conditions)
            if (condition.type.ends_with("Pressure") && condition.status == "True")
                finding.evidence.push_back({.text = format("{} still has {}", node, condition.type),
                                            .object = kube::ref_of(*object),
                                            .path = format(".status.conditions[?(@.type==\"{}\")].status", condition.type),
                                            .value = "True",
                                            .time = condition.changed});
    finding.impact = "the pod is gone from the node; pods without a controller do not come back";
    if (!node.empty())
        finding.remedies.push_back({"see what fills the node", format("kubectl describe node {}", shell_quote(node)), Risk::read});
    finding.remedies.push_back({"request what the pod usually needs: pods above their requests are evicted first", {}, Risk::change});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!is_evicted(pod)) continue;
        const Eviction eviction = parse_eviction(pod.status.message);
        Lost lost = judge(context, pod, is_evicted);
        const bool fresh = context.age(ended_at(context.facts, pod)) < k_fresh;
        if (!lost.worth_it && !(is_own_limit(eviction) && fresh)) continue;
        if (is_own_limit(eviction) && lost.times >= 2) lost.severity = std::max(lost.severity, Severity::error); // it will go on
        Finding finding = begin_failed(context, pod, lost);
        finding.discriminator = eviction.kind == EvictionKind::empty_dir_limit ? std::string(eviction.name) : std::string();
        if (is_own_limit(eviction))
            explain_own_limit(pod, eviction, finding);
        else
            explain_node(context, pod, eviction, finding);
        add_cleanup(pod, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_evicted{
    {.id = "KD1502",
     .name = "evicted",
     .title = "a pod was evicted by the kubelet",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::deployments, kube::Resource::replicasets,
              kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs},
     .precedence = 50,
     .doc = {.meaning = "The kubelet ended the pod because it exceeded its own limit of local storage, or because the node ran low on "
                        "memory, disk space, inodes or process ids.",
             .why_it_matters = "A pod above its own limit is evicted again after each start. A node that runs low evicts its pods one "
                               "after the other, and those without a controller are lost.",
             .how_it_is_found = "The pod has failed with the reason Evicted, and its message says whether its own limit or the node was "
                                "the cause, with the volume, the container, use and request. "
                                "Evicted pods that are left over from a workload that is at strength again are not reported, unless it "
                                "happened twice within the last hour, or a limit of its own was exceeded within the last ten minutes.",
             .what_to_do = "When the pod exceeded its own limit, raise it, write less or use a claim.\nWhen the node ran low, look for "
                           "what fills it and set requests to what pods need.\nDelete the failed pods that are left over.",
             .see_also = "KD5002 KD5003 KD1701"}},
    check};

} // namespace kdiag::rules::lifecycle
