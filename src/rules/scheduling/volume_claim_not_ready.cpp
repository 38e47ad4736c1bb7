// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/near_names.hpp"
#include "rules/common/youth.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <set>

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_provisioning = Duration::seconds(60);

/// The claim a message is about: named in it, else the first that is not bound, else the first.
struct Blamed {
    std::string name;
    const PodClaim* claim = nullptr;
    Constraint constraint = Constraint::claim_unbound;
};

Blamed blamed(const Unscheduled& waiting) {
    Blamed blame{.constraint = waiting.analysis->decision.constraint};
    for (const auto& refusal : waiting.said.refusals)
        if (refusal.constraint == blame.constraint && !refusal.detail.empty()) blame.name = refusal.detail;
    for (const auto& claim : waiting.claims) {
        const bool unbound = claim.claim && claim.claim->status.phase != "Bound";
        if (blame.name.empty() ? unbound : claim.name == blame.name) blame.claim = &claim;
        if (blame.claim) break;
    }
    if (!blame.claim && blame.name.empty() && !waiting.claims.empty()) blame.claim = &waiting.claims.front();
    if (blame.claim) blame.name = blame.claim->name;
    return blame;
}

std::string volume_path(const kube::Pod& pod, std::string_view claim_name) {
    for (std::size_t i = 0; i < pod.spec.volumes.size(); ++i)
        if (pod.spec.volumes[i].persistent_volume_claim && pod.spec.volumes[i].persistent_volume_claim->claim_name == claim_name)
            return format(".spec.volumes[{}].persistentVolumeClaim.claimName", i);
    return ".spec.volumes";
}

std::string similar_claim(const RuleContext& context, std::string_view namespace_name, const std::string& name) {
    if (const auto other = elsewhere<kube::PersistentVolumeClaim>(context, namespace_name, name); !other.empty())
        return format("; there is one in namespace `{}`, where the pod cannot use it", other);
    const auto near = near_names<kube::PersistentVolumeClaim>(context, namespace_name, name);
    return near.empty() ? std::string() : format("; `{}` exists and is probably meant", near.front());
}

/// Title and cause; both stay empty when the objects say that it has healed, or is about to.
struct Words {
    std::string title, cause;
};

Words words_for_missing(const RuleContext& context, const Unscheduled& waiting, const Blamed& blame) {
    if (blame.claim && blame.claim->claim) return {};
    const bool known = context.facts.knows<kube::PersistentVolumeClaim>();
    if (blame.claim && blame.claim->ephemeral)
        return {
            format("claim `{}` of the pod's ephemeral volume was not created", blame.name),
            format("the ephemeral volume `{}` needs a claim `{}`, which the controller has not created", blame.claim->volume, blame.name)};
    return {format("the pod's claim `{}` does not exist", blame.name),
            format("the pod mounts the PersistentVolumeClaim `{}`, and there is none of that name in namespace `{}`{}", blame.name,
                   waiting.pod->meta.namespace_name,
                   known ? similar_claim(context, waiting.pod->meta.namespace_name, blame.name) : "")};
}

Words words_for_unbound(const RuleContext& context, const Unscheduled& waiting, const Blamed& blame) {
    const auto* claim = blame.claim ? blame.claim->claim : nullptr;
    if (claim && claim->status.phase == "Bound") return {};
    const Timestamp since = claim ? claim->meta.created : waiting.pod->meta.created;
    if (is_younger(context, since, k_provisioning)) return {};
    const std::string name = blame.name.empty() ? "a claim" : format("claim `{}`", blame.name);
    std::string cause = format("the pod needs {}, which is not bound to a volume", name);
    if (claim && claim->spec.storage_class_name && !claim->spec.storage_class_name->empty())
        cause += format(" (StorageClass `{}`)", *claim->spec.storage_class_name);
    return {format("pod waits for {} to be bound", name), cause};
}

Words words_for(const RuleContext& context, const Unscheduled& waiting, const Blamed& blame) {
    const std::string name = blame.name.empty() ? "a claim" : format("claim `{}`", blame.name);
    switch (blame.constraint) {
    case Constraint::claim_missing: return words_for_missing(context, waiting, blame);
    case Constraint::claim_unbound: return words_for_unbound(context, waiting, blame);
    case Constraint::claim_deleting:
        return {format("the pod's {} is being deleted", name),
                format("{} has a deletion timestamp and stays only because pods still use it; no new pod may", name)};
    case Constraint::claim_lost:
        return {format("the volume of {} is gone", name), format("{} is bound to a PersistentVolume that no longer exists", name)};
    case Constraint::claim_foreign:
        return {format("{} belongs to another pod", name),
                format("a claim with the generated name of the pod's ephemeral volume exists, and another object owns it")};
    case Constraint::claim_in_use:
        return {format("{} is in use by another pod", name),
                "its access mode ReadWriteOncePod allows one pod only, and another pod has it"};
    case Constraint::storage_space:
        return {format("no node has enough free storage for {}", name),
                "the storage driver reports too little capacity wherever the pod could go"};
    default:
        return {format("no volume can be bound to {} on any node", name),
                "no existing volume matches the claim there, and none can be provisioned where the pod could go"};
    }
}

void describe(const RuleContext& context, const Unscheduled& waiting, FindingSink& sink) {
    const Blamed blame = blamed(waiting);
    Words words = words_for(context, waiting, blame);
    if (words.title.empty()) return;
    const kube::Pod& pod = *waiting.pod;
    const std::string_view space = pod.meta.namespace_name;
    Finding finding = begin_finding(context, waiting);
    finding.title = std::move(words.title);
    finding.cause = std::move(words.cause);
    if (!blame.name.empty()) {
        finding.evidence.push_back(field(volume_path(pod, blame.name), blame.name, format("mounts claim {}", blame.name)));
        const kube::ObjectRef claim{
            .kind = std::string(kube::PersistentVolumeClaim::k_kind), .namespace_name = std::string(space), .name = blame.name};
        finding.explained_by.push_back(claim);
        finding.shared = claim;
        if (blame.claim && blame.claim->claim) {
            Evidence phase = field(".status.phase", std::string(blame.claim->claim->status.phase),
                                   format("claim {} is {}", blame.name, blame.claim->claim->status.phase));
            phase.object = claim;
            finding.evidence.push_back(std::move(phase));
        }
    }
    finding.impact = "the pod does not start";
    const std::string kubectl = kubectl_in(space);
    if (blame.constraint == Constraint::claim_missing) {
        finding.remedies.push_back(
            {"create the claim, or name one that exists", format("{} get persistentvolumeclaims", kubectl), Risk::read});
    } else {
        const std::string which = blame.name.empty() ? "persistentvolumeclaims" : "persistentvolumeclaim " + shell_quote(blame.name);
        finding.remedies.push_back(
            {"see what the claim waits for; nothing has to be changed on the pod", format("{} describe {}", kubectl, which), Risk::read});
    }
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting =
        unscheduled_pods(context, {Constraint::claim_missing, Constraint::claim_unbound, Constraint::claim_deleting, Constraint::claim_lost,
                                   Constraint::claim_foreign, Constraint::claim_in_use, Constraint::storage_space, Constraint::no_volume});
    for (const Unscheduled& pod : waiting) describe(context, pod, sink);
}

} // namespace

extern const Rule k_volume_claim_not_ready{
    {.id = "KD1212",
     .name = "volume-claim-not-ready",
     .title = "a pod waits for a claim that is missing, unbound or unusable",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::persistentvolumeclaims, kube::Resource::persistentvolumes, kube::Resource::events, kube::Resource::nodes,
              kube::Resource::replicasets},
     .precedence = 50,
     .doc = {.meaning = "The scheduler does not place the pod because a PersistentVolumeClaim it mounts does not exist, is not bound, is "
                        "being deleted, has lost its volume or may not be shared.",
             .why_it_matters =
                 "No pod that mounts the claim starts until the claim is in order. The cause is with the claim, not with the pod.",
             .how_it_is_found =
                 "The scheduler names the claim or says that claims are unbound, and the claim of the pod's namespace is looked up. A "
                 "similar name and a claim of the same name in another namespace are pointed out. "
                 "In its first minute an unbound claim is taken as being provisioned, and a claim that is bound by now is no finding.",
             .what_to_do = "Describe the claim: its events say what it waits for.\nCreate a missing claim or correct claimName.\nDo not "
                           "remove the finalizer of a claim that is being deleted while pods use it.",
             .see_also = "KD4001 KD4003 KD1202"}},
    check};

} // namespace kdiag::rules::scheduling
