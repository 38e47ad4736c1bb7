// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        const auto* event = newest_event(context, stalled, [](const kube::Event& candidate) { return candidate.reason == "FailedAttachVolume" && (contains(candidate.message, "Multi-Attach") || contains(candidate.message, "Waiting for detach")); });
        if (event == nullptr) continue;
        const auto& pod = *stalled.pod;
        const auto message = std::string_view(event->message);
        Finding finding = begin(context, stalled, *event);
        finding.title = "a volume of the pod is still attached to another node";
        finding.cause = contains(message, "used by pod") ? std::string(message) : std::string("the volume can be attached to one node at a time, and the pod that had it is on another node or was not cleaned up");
        finding.remedies.push_back({.text = "see which pod has it; for one replica use the strategy Recreate", .command = format("{} get pods -o wide", kubectl_in(pod.meta.namespace_name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_volume_in_use{
    {.id = "KD4002", .name = "volume-in-use-elsewhere", .title = "a volume is still attached to another node", .category = "storage", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::persistentvolumeclaims}, .precedence = 30,
     .doc = {.meaning = "A ReadWriteOnce volume is attached to another node, so it cannot be attached to the pod's.",
             .why_it_matters = "The new pod waits until the old one is gone and the volume is detached, which takes up to six minutes after a node failed.",
             .how_it_is_found = "A recent event FailedAttachVolume says Multi-Attach error, or waits for the detach.",
             .what_to_do = "End the pod that has the volume.\nFor a Deployment with one replica use the strategy Recreate.\nIf its node is gone, delete the old pod by force.",
             .false_positives = "The minute in which a volume moves.",
             .see_also = "KD4005"}},
    check};

} // namespace kdiag::rules::waiting
