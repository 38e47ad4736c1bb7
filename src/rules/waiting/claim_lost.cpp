// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& claim : context.facts.all<kube::PersistentVolumeClaim>()) {
        if (claim.status.phase != "Lost") continue;
        Finding finding;
        finding.subject = kube::ref_of(claim);
        finding.severity = Severity::critical;
        finding.first_seen = claim.meta.created;
        finding.title = format("claim `{}` has lost its volume", claim.meta.name);
        finding.cause = format("PersistentVolume `{}`, which it was bound to, does not exist any more; its data is out of reach", claim.spec.volume_name);
        finding.evidence.push_back({.text = format("phase Lost, volumeName {}", claim.spec.volume_name), .path = ".status.phase", .value = "Lost"});
        finding.remedies.push_back({.text = "make the PersistentVolume again for the same disk, or restore from a backup into a new claim", .command = format("{} get pvc {} -o yaml", kubectl_in(claim.meta.namespace_name), shell_quote(claim.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_claim_lost{
    {.id = "KD4006", .name = "pvc-lost", .title = "the volume behind a claim is gone", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::persistentvolumeclaims},
     .uses = {kube::Resource::events}, .precedence = 50,
     .doc = {.meaning = "The PersistentVolume that a claim was bound to has been deleted.",
             .why_it_matters = "The data is out of reach, and pods that use the claim do not start.",
             .how_it_is_found = "The claim's phase is Lost.",
             .what_to_do = "If the disk still exists, make a PersistentVolume for it with the same name and claimRef.\nElse restore from a backup.",
             .false_positives = "none known",
             .see_also = "KD4001"}},
    check};

} // namespace kdiag::rules::waiting
