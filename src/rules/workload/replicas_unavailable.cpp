// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

constexpr Duration k_patience = Duration::seconds(30);

void report(const RuleContext& context, const kube::ObjectRef& ref, std::int64_t ready, std::int64_t wanted, Timestamp since,
            FindingSink& sink) {
    Finding finding;
    finding.subject = ref;
    finding.severity = ready == 0 ? Severity::critical : Severity::warning;
    finding.confidence = Confidence::likely;
    finding.first_seen = since;
    finding.title = format("{} has {} of {} pods ready", ref.display(), ready, wanted);
    finding.evidence.push_back(
        {.text = format("{} of {} ready", ready, wanted), .path = ".status.readyReplicas", .value = std::to_string(ready)});
    explain_by_pods(context, ref, finding);
    finding.remedies.push_back(
        {.text = "see its pods", .command = format("{} describe {}", kubectl_in(ref.namespace_name), kubectl_name(ref))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& deployment : context.facts.all<kube::Deployment>()) {
        const std::int64_t wanted = deployment.spec.replicas.value_or(1);
        const auto* available = kube::find_condition(deployment.status.conditions, "Available");
        if (wanted == 0 || deployment.status.ready_replicas >= wanted || deployment.meta.deleted || available == nullptr) continue;
        const bool told = available->status == "False" && context.age(available->changed) > k_patience;
        if (told) report(context, kube::ref_of(deployment), deployment.status.ready_replicas, wanted, available->changed, sink);
    }
    for (const auto& set : context.facts.all<kube::StatefulSet>()) {
        const std::int64_t wanted = set.spec.replicas.value_or(1);
        if (wanted == 0 || set.status.ready_replicas >= wanted || set.meta.deleted || is_settling(context, kube::ref_of(set), set.meta))
            continue;
        report(context, kube::ref_of(set), set.status.ready_replicas, wanted, set.meta.created, sink);
    }
    for (const auto& set : context.facts.all<kube::DaemonSet>()) {
        const std::int64_t wanted = set.status.desired_number_scheduled;
        if (wanted == 0 || set.status.number_ready >= wanted || set.meta.deleted || is_settling(context, kube::ref_of(set), set.meta))
            continue;
        report(context, kube::ref_of(set), set.status.number_ready, wanted, set.meta.created, sink);
    }
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
     .uses = {kube::Resource::pods, kube::Resource::events, kube::Resource::replicasets, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::resourcequotas},
     .precedence = 10,
     .doc = {.meaning =
                 "A Deployment, StatefulSet or DaemonSet has fewer ready pods than it wants, and this is not the first minute of a change.",
             .why_it_matters = "Less of it serves than is meant to, or nothing.",
             .how_it_is_found = "The numbers of its status; for a Deployment the condition Available is False. What keeps its pods is "
                                "reported by its own rule and shown as the cause.",
             .what_to_do = "Look at the cause that is named, or at its pods.",
             .false_positives = "A rollout in progress.",
             .see_also = "KD2001 KD2009"}},
    check};

} // namespace kdiag::rules::workload
