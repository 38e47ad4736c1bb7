// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_long = Duration::minutes(10);

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        const auto waited = context.age(stalled.since);
        if (waited < k_long) continue;
        Finding finding;
        finding.subject = kube::ref_of(*stalled.pod);
        finding.severity = Severity::warning;
        finding.confidence = Confidence::possible;
        finding.first_seen = stalled.since;
        finding.title = format("pod has been creating its containers for {}, and nothing says why", to_age(waited));
        finding.evidence.push_back({.text = format("on node {} since {}, no container has started", stalled.pod->spec.node_name, to_age(waited)), .path = ".status.containerStatuses"});
        finding.explained_by.push_back({.kind = "Node", .name = std::string(stalled.pod->spec.node_name)});
        finding.remedies.push_back({.text = "look for what it waits for: images, volumes, the network", .command = format("{} describe pod {}", kubectl_in(stalled.pod->meta.namespace_name), stalled.pod->meta.name)});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_creating_stalled{
    {.id = "KD1804", .name = "container-creating-stalled", .title = "a pod has been creating its containers for long", .category = "container", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::warning, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 2,
     .doc = {.meaning = "The pod has had a node for more than ten minutes, no container has started, and no event that is still kept says why.",
             .why_it_matters = "The pod does not serve.",
             .how_it_is_found = "All containers wait with ContainerCreating or PodInitializing, and no other rule finds a reason.",
             .what_to_do = "Look at volumes: since Kubernetes 1.28 a mount that merely takes long makes no event.\nLook at the kubelet of the node.",
             .false_positives = "A very large image that is still being pulled.",
             .see_also = "KD1801 KD1404"}},
    check};

} // namespace kdiag::rules::waiting
