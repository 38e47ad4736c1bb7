// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/claims.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

struct LostWords {
    std::string cause, help;
};

LostWords words_for(const RuleContext& context, const kube::PersistentVolumeClaim& claim) {
    const auto name = claim.spec.volume_name;
    if (context.facts.last_event(claim, "ClaimMisbound") != nullptr)
        return {format("PersistentVolume `{}` is bound to another claim as well, and this one has lost", name), "make the claim again, without volumeName or with a volume of its own"};
    if (name.empty()) return {"it was bound, and does not name its PersistentVolume any more; its data is out of reach", "make the claim again with the volumeName of its PersistentVolume, or restore from a backup"};
    if (context.facts.find<kube::PersistentVolume>({}, name) != nullptr)
        return {format("PersistentVolume `{}`, which it was bound to, exists but does not belong to it any more", name), "look at the claimRef of the volume: it has to name this claim with its uid"};
    if (!context.facts.knows<kube::PersistentVolume>() && context.facts.last_event(claim, "ClaimLost") == nullptr)
        return {format("PersistentVolume `{}`, which it was bound to, is gone or belongs to another claim", name), "see whether the volume still exists, and which claim its claimRef names"};
    return {format("PersistentVolume `{}`, which it was bound to, does not exist any more; its data is out of reach", name),
            "make the PersistentVolume again for the same disk, or restore from a backup into a new claim"};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& claim : context.facts.all<kube::PersistentVolumeClaim>()) {
        if (claim.status.phase != "Lost" || claim.meta.deleted) continue;
        const auto users = users_of(context, claim.meta.namespace_name, claim.meta.name);
        const auto* event = context.facts.last_event(claim, "ClaimLost");
        if (event == nullptr) event = context.facts.last_event(claim, "ClaimMisbound");
        const auto words = words_for(context, claim);
        Finding finding;
        finding.subject = kube::ref_of(claim);
        finding.severity = users.empty() ? Severity::error : Severity::critical;
        finding.first_seen = event != nullptr ? event->first_seen() : claim.meta.created;
        finding.title = format("claim `{}` has lost its volume", claim.meta.name);
        finding.cause = words.cause;
        finding.evidence.push_back({.text = claim.spec.volume_name.empty() ? std::string("phase Lost") : format("phase Lost, volumeName {}", claim.spec.volume_name), .path = ".status.phase", .value = "Lost"});
        if (event != nullptr) finding.evidence.push_back(event_evidence(*event));
        finding.impact = users.empty() ? std::string("pods that use the claim do not start")
                                       : format("{} uses it; its pods cannot start again", context.facts.top_owner(*users.front()).display());
        finding.remedies.push_back({.text = words.help, .command = format("{} get pvc {} -o yaml", kubectl_in(claim.meta.namespace_name), shell_quote(claim.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_claim_lost{
    {.id = "KD4006", .name = "pvc-lost", .title = "the volume behind a claim is gone", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::persistentvolumeclaims},
     .uses = {kube::Resource::events, kube::Resource::persistentvolumes, kube::Resource::pods}, .precedence = 50,
     .doc = {.meaning = "The PersistentVolume that a claim was bound to has been deleted.",
             .why_it_matters = "The data is out of reach, and pods that use the claim do not start.",
             .how_it_is_found = "The claim's phase is Lost, which the controller writes when the volume is gone or belongs to another claim; the event and the volumes tell which.",
             .what_to_do = "If the disk still exists, make a PersistentVolume for it with the same name and claimRef.\nElse restore from a backup.",
             .false_positives = "none known",
             .see_also = "KD4001"}},
    check};

} // namespace kdiag::rules::waiting
