// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/common/youth.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

/// A start that takes longer than this is a problem, or somebody else's finding by now.
constexpr Duration k_patience = Duration::minutes(2);
constexpr std::size_t k_most_pods = 4;

struct Numbers {
    std::int64_t ready = 0, wanted = 0;
    std::string path;
};

void add_pods(const RuleContext& context, const kube::ObjectRef& ref, Finding& finding) {
    for (const auto* pod : context.facts.pods_of_workload(ref)) {
        if (is_ready(*pod) || pod->status.phase == "Succeeded" || finding.evidence.size() > k_most_pods) continue;
        const auto* ready = kube::find_condition(pod->status.conditions, "Ready");
        const std::string why = ready != nullptr && !ready->message.empty() ? format(": {}", ready->message) : std::string();
        finding.evidence.push_back(
            field_evidence(".status.phase", std::string(pod->status.phase),
                           format("{} is {}{}", pod->meta.name, pod->meta.deleted ? kube::Text("being deleted") : pod->status.phase, why),
                           kube::ref_of(*pod)));
    }
}

void report(const RuleContext& context, const kube::ObjectRef& ref, const Numbers& numbers, Timestamp since, FindingSink& sink) {
    Finding finding;
    finding.subject = ref;
    finding.severity = numbers.ready == 0 ? Severity::critical : Severity::warning;
    finding.confidence = Confidence::likely;
    finding.first_seen = since;
    finding.title = format("{} has {} of {} pods ready", ref.display(), numbers.ready, numbers.wanted);
    finding.evidence.push_back(
        field_evidence(numbers.path, std::to_string(numbers.ready), format("{} of {} ready", numbers.ready, numbers.wanted)));
    add_pods(context, ref, finding);
    explain_by_pods(context, ref, finding);
    finding.impact = numbers.ready == 0 ? "nothing of it serves" : "fewer pods serve than are meant to";
    finding.remedies.push_back(
        {.text = "see its pods and events", .command = format("{} describe {}", kubectl_in(ref.namespace_name), kubectl_name(ref))});
    sink.add(std::move(finding));
}

/// A manifest has no status yet.
bool has_status(const kube::ObjectMeta& meta, const kube::ReplicaStatus& status) {
    return meta.created || status.observed_generation > 0 || status.replicas > 0;
}

void check_deployments(const RuleContext& context, FindingSink& sink) {
    for (const auto& deployment : context.facts.all<kube::Deployment>()) {
        const std::int64_t wanted = deployment.spec.replicas.value_or(1);
        const auto* available = kube::find_condition(deployment.status.conditions, "Available");
        if (wanted == 0 || deployment.status.ready_replicas >= wanted || deployment.meta.deleted) continue;
        const auto ref = kube::ref_of(deployment);
        const bool told = available != nullptr && available->status == "False" && !is_younger(context, available->changed, k_patience);
        // Within what maxUnavailable allows, a Deployment counts as available; with one replica that may be none at all.
        const bool none = deployment.status.ready_replicas == 0 && has_status(deployment.meta, deployment.status) && available != nullptr &&
                          available->status == "True" && !is_settling(context, ref, deployment.meta);
        if (!told && !none) continue;
        report(context, ref, {deployment.status.ready_replicas, wanted, ".status.readyReplicas"}, told ? available->changed : Timestamp{},
               sink);
    }
}

/// ReplicaSets on their own; those of a Deployment are its business where it was read.
void check_replica_sets(const RuleContext& context, FindingSink& sink) {
    for (const auto& set : context.facts.all<kube::ReplicaSet>()) {
        const auto* owner = set.meta.controller();
        const bool owned =
            owner != nullptr && (owner->kind != kube::Deployment::k_kind || context.facts.was_read(kube::Resource::deployments));
        const std::int64_t wanted = set.spec.replicas.value_or(1);
        if (owned || wanted == 0 || set.status.ready_replicas >= wanted || set.meta.deleted || !has_status(set.meta, set.status)) continue;
        if (is_settling(context, kube::ref_of(set), set.meta)) continue;
        report(context, kube::ref_of(set), {set.status.ready_replicas, wanted, ".status.readyReplicas"}, {}, sink);
    }
}

void check_stateful_sets(const RuleContext& context, FindingSink& sink) {
    for (const auto& set : context.facts.all<kube::StatefulSet>()) {
        const std::int64_t wanted = set.spec.replicas.value_or(1);
        if (wanted == 0 || set.status.ready_replicas >= wanted || set.meta.deleted || !has_status(set.meta, set.status) ||
            is_settling(context, kube::ref_of(set), set.meta))
            continue;
        report(context, kube::ref_of(set), {set.status.ready_replicas, wanted, ".status.readyReplicas"}, {}, sink);
    }
}

void check_daemon_sets(const RuleContext& context, FindingSink& sink) {
    for (const auto& set : context.facts.all<kube::DaemonSet>()) {
        const std::int64_t wanted = set.status.desired_number_scheduled;
        if (wanted == 0 || set.status.number_ready >= wanted || set.meta.deleted || is_settling(context, kube::ref_of(set), set.meta))
            continue;
        report(context, kube::ref_of(set), {set.status.number_ready, wanted, ".status.numberReady"}, {}, sink);
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    check_deployments(context, sink);
    check_replica_sets(context, sink);
    check_stateful_sets(context, sink);
    check_daemon_sets(context, sink);
}

} // namespace

extern const Rule k_replicas_unavailable{
    {.id = "KD2008",
     .name = "replicas-unavailable",
     .title = "a workload has fewer ready pods than it wants",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::workload,
     .severity = Severity::error,
     .needs = {kube::Resource::deployments},
     .uses = {kube::Resource::pods, kube::Resource::replicasets, kube::Resource::statefulsets, kube::Resource::daemonsets},
     .precedence = 10,
     .doc =
         {.meaning =
              "A Deployment, StatefulSet or DaemonSet has fewer ready pods than it wants, and these are not the first minutes of a change.",
          .why_it_matters = "Less of it serves than is meant to, or nothing.",
          .how_it_is_found =
              "The numbers of its status; for a Deployment the condition Available is False for two minutes, or no pod is ready, for the "
              "others no pod is "
              "younger than that. What keeps the pods is reported by its own rule and shown as the cause, so this stands alone only "
              "when nothing else explains it.",
          .what_to_do = "Look at the cause that is named, or at its pods.",
          .false_positives = "A workload whose pods take longer than two minutes to start.",
          .see_also = "KD2001 KD2009"}},
    check};

} // namespace kdiag::rules::workload
