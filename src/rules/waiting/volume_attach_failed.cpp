// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        const auto* event = newest_event(context, stalled, [](const kube::Event& candidate) { return candidate.reason == "FailedAttachVolume" && !contains(candidate.message, "Multi-Attach") && !contains(candidate.message, "Waiting for detach"); });
        if (event == nullptr) continue;
        const auto& pod = *stalled.pod;
        const auto message = std::string_view(event->message);
        Finding finding = begin(context, stalled, *event);
        finding.title = format("a volume of the pod cannot be attached to node `{}`", pod.spec.node_name);
        finding.cause = std::string(message);
        finding.remedies.push_back({.text = "look at the storage driver's pods and the volume in the provider", .command = "kubectl get volumeattachments"});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_volume_attach_failed{
    {.id = "KD4005", .name = "volume-attach-failed", .title = "a volume cannot be attached to the node", .category = "storage", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::persistentvolumeclaims}, .precedence = 30,
     .doc = {.meaning = "The storage driver cannot attach a volume to the node of the pod.",
             .why_it_matters = "The containers are not created.",
             .how_it_is_found = "A recent event FailedAttachVolume gives the driver's words.",
             .what_to_do = "Read the driver's words.\nCheck that its pods run on the node, and that the volume still exists.",
             .false_positives = "none known",
             .see_also = "KD4002"}},
    check};

} // namespace kdiag::rules::waiting
