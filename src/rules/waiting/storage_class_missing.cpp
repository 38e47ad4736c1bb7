// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& claim : context.facts.all<kube::PersistentVolumeClaim>()) {
        if (claim.status.phase != "Pending" || !claim.spec.storage_class_name || claim.spec.storage_class_name->empty() || claim.meta.deleted) continue;
        const std::string wanted(*claim.spec.storage_class_name);
        const auto* event = context.facts.last_event(claim, "ProvisioningFailed");
        const bool told = event != nullptr && contains(event->message, "not found") && contains(event->message, wanted);
        const bool exists = context.facts.find<kube::StorageClass>({}, wanted) != nullptr;
        if (exists || (!told && !context.facts.knows<kube::StorageClass>())) continue;
        std::vector<std::string> names;
        for (const auto& known : context.facts.all<kube::StorageClass>()) names.emplace_back(known.meta.name);
        Finding finding;
        finding.subject = kube::ref_of(claim);
        finding.first_seen = claim.meta.created;
        finding.shared = {.kind = "StorageClass", .name = wanted};
        finding.title = format("claim `{}` asks for the StorageClass `{}`, which does not exist", claim.meta.name, wanted);
        finding.cause = names.empty() ? format("there is no StorageClass `{}`, so no volume is ever made for the claim", wanted) : format("there is no StorageClass `{}`; there is {}", wanted, list_some(names, 5));
        finding.evidence.push_back({.text = format("storageClassName {}", wanted), .path = ".spec.storageClassName", .value = wanted});
        if (event != nullptr) finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(event->message), .time = event->last_seen(), .first_time = event->first_seen(), .count = event->count()});
        finding.impact = "pods that use the claim cannot be scheduled";
        finding.remedies.push_back({.text = "make the class, or delete the claim and make it again with a class that exists (the class of a claim cannot be changed)", .command = "kubectl get storageclass"});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_storage_class_missing{
    {.id = "KD4003", .name = "storageclass-missing", .title = "a claim asks for a StorageClass that does not exist", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::persistentvolumeclaims},
     .uses = {kube::Resource::storageclasses, kube::Resource::events}, .precedence = 50,
     .doc = {.meaning = "A PersistentVolumeClaim names a StorageClass that does not exist.",
             .why_it_matters = "No volume is made for it, and pods that use it wait for ever.",
             .how_it_is_found = "The claim is Pending, and its class is not among the StorageClasses of the cluster, or the event ProvisioningFailed says that it is not found.",
             .what_to_do = "Create the class.\nOr make the claim again with a class that exists: the class of a claim cannot be changed.",
             .false_positives = "A class that a volume without provisioner shares only by name.",
             .see_also = "KD4001"}},
    check};

} // namespace kdiag::rules::waiting
