// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::waiting {

namespace {

/// What the scheduler last said about a pod.
kube::Text scheduler_words(const RuleContext& context, const kube::Pod& pod) {
    const auto* scheduled = kube::find_condition(pod.status.conditions, "PodScheduled");
    if (scheduled != nullptr && !scheduled->message.empty()) return scheduled->message;
    const auto* event = context.facts.last_event(pod, "FailedScheduling");
    return event != nullptr ? event->message : kube::Text();
}

void report(const RuleContext& context, const kube::Pod& pod, std::size_t volume, FindingSink& sink) {
    const std::string wanted(pod.spec.volumes[volume].persistent_volume_claim->claim_name);
    const auto message = scheduler_words(context, pod);
    const bool told = contains(message, "persistentvolumeclaim \"" + wanted + "\" not found");
    if (!told && !context.facts.knows<kube::PersistentVolumeClaim>()) return;
    std::vector<std::string> names;
    for (const auto& claim : context.facts.all<kube::PersistentVolumeClaim>())
        if (claim.meta.namespace_name == pod.meta.namespace_name) names.emplace_back(claim.meta.name);
    const auto near = nearest(wanted, names, 2);
    Finding finding;
    finding.subject = {.kind = "PersistentVolumeClaim", .namespace_name = std::string(pod.meta.namespace_name), .name = wanted};
    finding.owner = context.facts.top_owner(pod);
    finding.affected = {kube::ref_of(pod)};
    finding.first_seen = pod.meta.created;
    finding.title = format("claim `{}` does not exist, and {} needs it", wanted, finding.owner.display());
    finding.cause = near.empty() ? format("there is no PersistentVolumeClaim `{}` in namespace {} (not found)", wanted, pod.meta.namespace_name)
                                 : format("there is no PersistentVolumeClaim `{}` in namespace {}; there is {}", wanted, pod.meta.namespace_name, list_some(near));
    finding.evidence.push_back({.text = format("volume {} of {} uses claim {}", pod.spec.volumes[volume].name, pod.meta.name, wanted), .object = kube::ref_of(pod),
                                .path = format(".spec.volumes[{}].persistentVolumeClaim.claimName", volume), .value = wanted});
    if (!message.empty()) finding.evidence.push_back({.text = std::string(message), .object = kube::ref_of(pod), .path = ".status.conditions[?(@.type==\"PodScheduled\")].message"});
    finding.remedies.push_back({.text = "create the claim, or correct its name in the pod template", .command = format("{} get pvc", kubectl_in(pod.meta.namespace_name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.status.phase != "Pending" || pod.meta.deleted || !pod.spec.node_name.empty()) continue;
        for (std::size_t i = 0; i < pod.spec.volumes.size(); ++i) {
            const auto& claim = pod.spec.volumes[i].persistent_volume_claim;
            if (claim && context.facts.find<kube::PersistentVolumeClaim>(pod.meta.namespace_name, claim->claim_name) == nullptr) report(context, pod, i, sink);
        }
    }
}

} // namespace

extern const Rule k_claim_missing{
    {.id = "KD4004", .name = "pvc-missing", .title = "a pod uses a claim that does not exist", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::persistentvolumeclaims, kube::Resource::events}, .precedence = 50,
     .doc = {.meaning = "A pod uses a PersistentVolumeClaim that does not exist in its namespace.",
             .why_it_matters = "The pod cannot be scheduled before the claim exists.",
             .how_it_is_found = "A volume of a pending pod names a claim that is not among the claims of the namespace, or the scheduler says that it is not found.",
             .what_to_do = "Create the claim.\nOr correct the name in the pod template.",
             .false_positives = "none known",
             .see_also = "KD4001 KD1212"}},
    check};

} // namespace kdiag::rules::waiting
