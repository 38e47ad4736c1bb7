// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/near_names.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/common/youth.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_patience = Duration::seconds(10); // objects of one manifest are made one after the other

/// What the scheduler last said about a pod.
kube::Text scheduler_words(const RuleContext& context, const kube::Pod& pod) {
    const auto* scheduled = kube::find_condition(pod.status.conditions, "PodScheduled");
    if (scheduled != nullptr && !scheduled->message.empty()) return scheduled->message;
    const auto* event = context.facts.last_event(pod, "FailedScheduling");
    return event != nullptr ? event->message : kube::Text();
}

bool names(std::string_view message, std::string_view claim) {
    return contains(message, format("persistentvolumeclaim \"{}\" not found", claim));
}

/// A claim that does not exist, with the pods of one workload that need it.
struct Missing {
    std::string claim;
    kube::ObjectRef owner;
    std::vector<const kube::Pod*> pods;
    std::size_t volume = 0; ///< of the first pod
};

std::string cause_of(const RuleContext& context, const Missing& missing, kube::Text namespace_name) {
    const std::string cause = format("there is no PersistentVolumeClaim `{}` in namespace `{}`", missing.claim, namespace_name);
    if (const auto near = near_names<kube::PersistentVolumeClaim>(context, namespace_name, missing.claim); !near.empty()) return format("{}; `{}` exists and is probably meant", cause, near.front());
    if (const auto other = elsewhere<kube::PersistentVolumeClaim>(context, namespace_name, missing.claim); !other.empty())
        return format("{}; there is one in namespace `{}`, where the pod cannot use it", cause, other);
    return cause;
}

void report(const RuleContext& context, const Missing& missing, FindingSink& sink) {
    const auto& pod = *missing.pods.front();
    const auto message = scheduler_words(context, pod);
    Finding finding;
    finding.subject = {.kind = "PersistentVolumeClaim", .namespace_name = std::string(pod.meta.namespace_name), .name = missing.claim};
    finding.severity = severity_of_lost_pod(context.facts, pod);
    finding.owner = missing.owner;
    finding.discriminator = missing.claim; // a workload can lack several
    for (const auto* each : missing.pods) finding.affected.push_back(kube::ref_of(*each));
    finding.affected_total = static_cast<std::int64_t>(finding.affected.size());
    finding.first_seen = pod.meta.created;
    finding.title = format("claim `{}` does not exist, and {} needs it", missing.claim, missing.owner.display());
    finding.cause = cause_of(context, missing, pod.meta.namespace_name);
    finding.impact = counted(missing.pods.size(), "pod") + " cannot be scheduled before it exists";
    finding.evidence.push_back({.text = format("volume {} of {} uses claim {}", pod.spec.volumes[missing.volume].name, pod.meta.name, missing.claim), .object = kube::ref_of(pod),
                                .path = format(".spec.volumes[{}].persistentVolumeClaim.claimName", missing.volume), .value = missing.claim});
    if (names(message, missing.claim)) finding.evidence.push_back({.text = std::string(message), .object = kube::ref_of(pod), .path = ".status.conditions[?(@.type==\"PodScheduled\")].message"});
    finding.remedies.push_back({.text = "create the claim, or correct its name in the pod template", .command = format("{} get pvc", kubectl_in(pod.meta.namespace_name))});
    sink.add(std::move(finding));
}

/// Whether the absence is a fact, and not only that claims could not be read.
bool is_certain(const RuleContext& context, const kube::Pod& pod, std::string_view claim) {
    return context.facts.knows<kube::PersistentVolumeClaim>() || names(scheduler_words(context, pod), claim);
}

void check(const RuleContext& context, FindingSink& sink) {
    std::vector<Missing> found;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.status.phase != "Pending" || pod.meta.deleted || !pod.spec.node_name.empty() || is_younger(context, pod.meta.created, k_patience)) continue;
        for (std::size_t i = 0; i < pod.spec.volumes.size(); ++i) {
            const auto& claim = pod.spec.volumes[i].persistent_volume_claim;
            if (!claim || context.facts.find<kube::PersistentVolumeClaim>(pod.meta.namespace_name, claim->claim_name) != nullptr || !is_certain(context, pod, claim->claim_name)) continue;
            const auto owner = context.facts.top_owner(pod);
            auto place = std::find_if(found.begin(), found.end(), [&](const Missing& other) { return other.claim == claim->claim_name && other.owner.key() == owner.key(); });
            if (place == found.end()) place = found.insert(found.end(), {.claim = std::string(claim->claim_name), .owner = owner, .pods = {}, .volume = i});
            if (place->pods.empty() || place->pods.back() != &pod) place->pods.push_back(&pod);
        }
    }
    for (const auto& missing : found) report(context, missing, sink);
}

} // namespace

extern const Rule k_claim_missing{
    {.id = "KD4004", .name = "pvc-missing", .title = "a pod uses a claim that does not exist", .category = "storage", .scenario = Scenario::pending, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::persistentvolumeclaims, kube::Resource::replicasets, kube::Resource::events}, .precedence = 50,
     .doc = {.meaning = "A pod uses a PersistentVolumeClaim that does not exist in its namespace.",
             .why_it_matters = "The pod cannot be scheduled before the claim exists.",
             .how_it_is_found = "A volume of a pending pod names a claim that is not among the claims of the namespace, or the scheduler says that it is not found. Pods of the first seconds are left out.",
             .what_to_do = "Create the claim.\nOr correct the name in the pod template.",
             .false_positives = "none known",
             .see_also = "KD4001 KD1212"}},
    check};

} // namespace kdiag::rules::waiting
