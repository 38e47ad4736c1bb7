// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& deployment : context.facts.all<kube::Deployment>()) {
        const auto* progress = kube::find_condition(deployment.status.conditions, "Progressing");
        if (deployment.spec.paused || deployment.meta.deleted || progress == nullptr || progress->status != "False" ||
            progress->reason != "ProgressDeadlineExceeded")
            continue;
        const std::int64_t wanted = deployment.spec.replicas.value_or(1);
        if (wanted == 0) continue;
        Finding finding;
        finding.subject = kube::ref_of(deployment);
        finding.severity = deployment.status.available_replicas == 0 ? Severity::critical : Severity::error;
        finding.first_seen = progress->changed;
        finding.title = format("the rollout of {} is stuck", finding.subject.display());
        const std::int64_t old = deployment.status.replicas - deployment.status.updated_replicas;
        finding.evidence.push_back({.text = format("{} of {} pods are of the new revision, {} available{}",
                                                   deployment.status.updated_replicas, wanted, deployment.status.available_replicas,
                                                   old > 0 ? format("; {} of an older one still serve", old) : std::string()),
                                    .path = ".status.updatedReplicas",
                                    .value = std::to_string(deployment.status.updated_replicas)});
        finding.evidence.push_back({.text = std::string(progress->message),
                                    .path = ".status.conditions[?(@.type==\"Progressing\")].message",
                                    .value = std::string(progress->reason),
                                    .time = progress->changed});
        finding.impact = deployment.status.available_replicas > 0 ? "the older pods still serve" : "nothing of it serves";
        explain_by_pods(context, finding.subject, finding);
        finding.remedies.push_back(
            {.text = "go back to the revision that worked",
             .command = format("{} rollout undo {}", kubectl_in(deployment.meta.namespace_name), kubectl_name(finding.subject)),
             .risk = Risk::disruptive});
        sink.add(std::move(finding));
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
     .uses = {kube::Resource::pods, kube::Resource::events, kube::Resource::replicasets, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::resourcequotas},
     .precedence = 40,
     .doc = {.meaning = "A rollout has not made progress for longer than progressDeadlineSeconds.",
             .why_it_matters = "The new version is not out; old pods may still serve.",
             .how_it_is_found = "The condition Progressing of the Deployment is False with the reason ProgressDeadlineExceeded. What keeps "
                                "its pods is reported by its own rule and shown as the cause.",
             .what_to_do = "Look at the cause that is named.\nGo back with kubectl rollout undo if it takes longer.",
             .false_positives = "A rollout that is slow, with too short a deadline.",
             .see_also = "KD2008"}},
    check};

} // namespace kdiag::rules::workload
