// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/attach_error.hpp"
#include "rules/waiting/attach_failures.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_patience = Duration::minutes(1); // a first failure is often followed by success

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context))
        for (const auto& failure : attach_failures(context, stalled)) {
            if (failure.is_in_use || (failure.count < 2 && context.age(failure.since) < k_patience)) continue;
            const auto& pod = *stalled.pod;
            const auto error = read_attach_error(pod.spec.node_name, failure.event->message);
            Finding finding = begin(context, stalled, *failure.event);
            finding.discriminator = failure.volume;
            finding.title = format("{} cannot be attached to node `{}`", failure.display(), pod.spec.node_name);
            finding.cause = error.cause;
            finding.impact = "the pod's containers are not created";
            if (!failure.claim.empty()) finding.explained_by.push_back({.kind = "PersistentVolumeClaim", .namespace_name = std::string(pod.meta.namespace_name), .name = failure.claim});
            finding.remedies.push_back({.text = error.help, .command = error.command});
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
             .how_it_is_found = "A recent event FailedAttachVolume gives the driver's words, and none says that the volume was attached since. A single failure of the last minute is left out.",
             .what_to_do = "Read the driver's words.\nCheck that its pods run on the node, and that the volume still exists.",
             .false_positives = "none known",
             .see_also = "KD4002"}},
    check};

} // namespace kdiag::rules::waiting
