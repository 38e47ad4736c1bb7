// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_patience = Duration::minutes(1);

bool waits_for_consumer(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    if (claim.spec.storage_class_name)
        if (const auto* known = context.facts.find<kube::StorageClass>({}, *claim.spec.storage_class_name)) return known->volume_binding_mode == "WaitForFirstConsumer";
    return context.facts.last_event(claim, "WaitForFirstConsumer") != nullptr;
}

/// Whether a pod that names the claim exists.
bool is_used(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    for (const auto* pod : context.facts.pods_in(claim.meta.namespace_name))
        for (const auto& volume : pod->spec.volumes)
            if (volume.persistent_volume_claim && volume.persistent_volume_claim->claim_name == claim.meta.name) return true;
    return false;
}

std::string cause_of(const RuleContext& context, const kube::PersistentVolumeClaim& claim, const kube::Event* failure) {
    if (failure != nullptr) return std::string(failure->message);
    if (!claim.spec.storage_class_name) return "it names no StorageClass, and the cluster has probably no default one";
    if (claim.spec.storage_class_name->empty()) return "it asks for a volume without a StorageClass, and no free volume fits its size, access modes and selector";
    if (const auto* known = context.facts.find<kube::StorageClass>({}, *claim.spec.storage_class_name); known != nullptr && known->provisioner == "kubernetes.io/no-provisioner")
        return format("StorageClass `{}` makes no volumes (no-provisioner), and no free volume fits", known->meta.name);
    return {};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& claim : context.facts.all<kube::PersistentVolumeClaim>()) {
        if (claim.status.phase != "Pending" || claim.meta.deleted || context.age(claim.meta.created) < k_patience) continue;
        const auto* failure = context.facts.last_event(claim, "ProvisioningFailed");
        if (failure == nullptr) failure = context.facts.last_event(claim, "FailedBinding");
        if (waits_for_consumer(context, claim) && (failure == nullptr || !is_used(context, claim))) continue;
        Finding finding;
        finding.subject = kube::ref_of(claim);
        finding.first_seen = claim.meta.created;
        finding.severity = is_used(context, claim) ? Severity::error : Severity::warning;
        finding.title = format("claim `{}` is not bound to a volume", claim.meta.name);
        finding.cause = cause_of(context, claim, failure);
        finding.confidence = failure != nullptr ? Confidence::certain : finding.cause.empty() ? Confidence::possible : Confidence::likely;
        finding.evidence.push_back({.text = format("phase Pending for {}", to_age(context.age(claim.meta.created))), .path = ".status.phase", .value = "Pending"});
        if (failure != nullptr) finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(failure->message), .time = failure->last_seen(), .first_time = failure->first_seen(), .count = failure->count()});
        finding.impact = "pods that use the claim cannot be scheduled";
        finding.remedies.push_back({.text = "look at the provisioner of its class, or make a volume that fits", .command = format("{} describe pvc {}", kubectl_in(claim.meta.namespace_name), shell_quote(claim.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_claim_pending{
    {.id = "KD4001", .name = "pvc-pending", .title = "a claim is not bound to a volume", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::persistentvolumeclaims},
     .uses = {kube::Resource::storageclasses, kube::Resource::events, kube::Resource::pods}, .precedence = 20,
     .doc = {.meaning = "A PersistentVolumeClaim has been waiting for a volume for more than a minute.",
             .why_it_matters = "Pods that use it wait with it.",
             .how_it_is_found = "The claim is Pending. The events ProvisioningFailed and FailedBinding, its class and the binding mode say why; a claim that waits for its first consumer and has none is no problem.",
             .what_to_do = "Look at the provisioner's pods and their log.\nWithout a provisioner make a volume that fits size, access modes and class.\nMark one StorageClass as the default.",
             .false_positives = "A provisioner that is slow.",
             .see_also = "KD4003 KD4004"}},
    check};

} // namespace kdiag::rules::waiting
