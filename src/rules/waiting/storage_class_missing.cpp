// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/waiting/claims.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    std::vector<std::string> names;
    for (const auto& known : context.facts.all<kube::StorageClass>()) names.emplace_back(known.meta.name);
    for (const auto& claim : context.facts.all<kube::PersistentVolumeClaim>()) {
        if (claim.status.phase != "Pending" || claim.meta.deleted || !lacks_class(context, claim)) continue;
        const std::string wanted(*claim.spec.storage_class_name);
        const auto* event = told_of_missing_class(context, claim);
        const auto users = users_of(context, claim.meta.namespace_name, claim.meta.name);
        const auto near = nearest(wanted, names, 1);
        Finding finding;
        finding.subject = kube::ref_of(claim);
        finding.severity = severity_of_claim(users, context);
        finding.first_seen = claim.meta.created;
        finding.shared = {.kind = "StorageClass", .name = wanted};
        finding.title = format("claim `{}` asks for the StorageClass `{}`, which does not exist", claim.meta.name, wanted);
        finding.cause = format("there is no StorageClass `{}`, so no volume is made for the claim", wanted);
        if (!near.empty())
            finding.cause += format("; `{}` exists and is probably meant", near.front());
        else if (!names.empty())
            finding.cause += format("; the cluster has {}", list_some(names, 5));
        finding.evidence.push_back({.text = format("storageClassName {}", wanted), .path = ".spec.storageClassName", .value = wanted});
        if (event != nullptr) finding.evidence.push_back(event_evidence(*event));
        finding.impact = impact_on(users, context);
        finding.remedies.push_back({.text = "make the class, or delete the claim and make it again with a class that exists (the class of a claim cannot be changed)", .command = "kubectl get storageclass"});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_storage_class_missing{
    {.id = "KD4003", .name = "storageclass-missing", .title = "a claim asks for a StorageClass that does not exist", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::persistentvolumeclaims},
     .uses = {kube::Resource::storageclasses, kube::Resource::persistentvolumes, kube::Resource::pods, kube::Resource::events}, .precedence = 50,
     .doc = {.meaning = "A PersistentVolumeClaim names a StorageClass that does not exist.",
             .why_it_matters = "No volume is made for it, and pods that use it wait for ever.",
             .how_it_is_found = "The claim is Pending, and its class is not among the StorageClasses of the cluster, or the event ProvisioningFailed says that it is not found. Where volumes made by hand carry the class, it need not exist.",
             .what_to_do = "Create the class.\nOr make the claim again with a class that exists: the class of a claim cannot be changed.",
             .false_positives = "A class that only names volumes which are made by hand later.",
             .see_also = "KD4001"}},
    check};

} // namespace kdiag::rules::waiting
