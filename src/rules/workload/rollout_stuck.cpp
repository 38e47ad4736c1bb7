// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

constexpr kube::Text k_revision = "deployment.kubernetes.io/revision";

const kube::Condition* stuck_condition(const kube::Deployment& deployment) {
    const auto* progress = kube::find_condition(deployment.status.conditions, "Progressing");
    if (progress == nullptr || progress->status != "False" || deployment.spec.paused) return nullptr;
    return progress->reason == "ProgressDeadlineExceeded" || progress->reason == "ReplicaSetCreateError" ? progress : nullptr;
}

/// The ReplicaSet of the newest revision; null when none was read.
const kube::ReplicaSet* newest_set(const facts::Snapshot& facts, const kube::Deployment& deployment) {
    const auto revision = kube::value_of(deployment.meta.annotations, k_revision);
    for (const auto* set : facts.replica_sets_owned_by(kube::ref_of(deployment)))
        if (!revision.empty() && kube::value_of(set->meta.annotations, k_revision) == revision) return set;
    return nullptr;
}

void add_numbers(const RuleContext& context, const kube::Deployment& deployment, Finding& finding) {
    const auto& status = deployment.status;
    const std::int64_t wanted = deployment.spec.replicas.value_or(1), older = status.replicas - status.updated_replicas;
    finding.evidence.push_back(
        field_evidence(".status.updatedReplicas", std::to_string(status.updated_replicas),
                       format("{} of {} pods are of the new revision, {} of an older one; {} available", status.updated_replicas, wanted,
                              std::max<std::int64_t>(older, 0), status.available_replicas)));
    if (const auto* set = newest_set(context.facts, deployment))
        finding.evidence.push_back(field_evidence(".status.readyReplicas", std::to_string(set->status.ready_replicas),
                                                  format("{} (revision {}): {} of {} pods ready", kube::ref_of(*set).display(),
                                                         kube::value_of(set->meta.annotations, k_revision), set->status.ready_replicas,
                                                         set->spec.replicas.value_or(1)),
                                                  kube::ref_of(*set)));
    finding.impact = status.available_replicas == 0 ? "nothing of it serves"
                     : older > 0                    ? "the older pods still serve"
                                                    : format("{} of {} pods serve", status.available_replicas, wanted);
}

void report(const RuleContext& context, const kube::Deployment& deployment, const kube::Condition& progress, FindingSink& sink) {
    Finding finding;
    finding.subject = kube::ref_of(deployment);
    finding.severity = deployment.status.available_replicas == 0 ? Severity::critical : Severity::error;
    finding.confidence = Confidence::likely;
    finding.first_seen = progress.changed;
    const auto revision = kube::value_of(deployment.meta.annotations, k_revision);
    finding.title = revision.empty() ? format("the rollout of {} is stuck", finding.subject.display())
                                     : format("the rollout of {} to revision {} is stuck", finding.subject.display(), revision);
    if (progress.reason == "ReplicaSetCreateError")
        finding.cause = std::string(progress.message);
    else
        finding.cause = format("its new pods have not become ready within progressDeadlineSeconds {}",
                               deployment.spec.progress_deadline_seconds.value_or(600));
    finding.evidence.push_back(condition_evidence(progress));
    add_numbers(context, deployment, finding);
    explain_by_pods(context, finding.subject, finding);
    finding.remedies.push_back(
        {.text = "correct what keeps the new pods",
         .command = format("{} rollout status {}", kubectl_in(deployment.meta.namespace_name), kubectl_name(finding.subject))});
    if (context.facts.replica_sets_owned_by(finding.subject).size() > 1)
        finding.remedies.push_back(
            {.text = "or go back to the revision that worked; the controller does not do it by itself",
             .command = format("{} rollout undo {}", kubectl_in(deployment.meta.namespace_name), kubectl_name(finding.subject)),
             .risk = Risk::disruptive});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& deployment : context.facts.all<kube::Deployment>()) {
        const auto* progress = stuck_condition(deployment);
        if (progress != nullptr && !deployment.meta.deleted && deployment.spec.replicas.value_or(1) > 0)
            report(context, deployment, *progress, sink);
    }
}

} // namespace

extern const Rule k_rollout_stuck{
    {.id = "KD2001",
     .name = "rollout-stuck",
     .title = "the rollout of a Deployment does not progress",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::workload,
     .severity = Severity::error,
     .needs = {kube::Resource::deployments},
     .uses = {kube::Resource::pods, kube::Resource::replicasets},
     .precedence = 40,
     .doc = {.meaning = "A rollout has made no progress for longer than progressDeadlineSeconds, or its ReplicaSet cannot be made.",
             .why_it_matters = "The new version is not out. Older pods may still serve; the controller does not go back by itself.",
             .how_it_is_found =
                 "The condition Progressing of the Deployment is False with the reason ProgressDeadlineExceeded or "
                 "ReplicaSetCreateError. What keeps its pods is reported by its own rule and shown as the cause. Paused Deployments are "
                 "left alone.",
             .what_to_do = "Look at the cause that is named.\nGo back with kubectl rollout undo if it takes longer.",
             .false_positives = "A rollout that is slow and well, with too short a deadline.",
             .see_also = "KD2008 KD2002"}},
    check};

} // namespace kdiag::rules::workload
