// SPDX-License-Identifier: Apache-2.0
#include "rules/lifecycle/replaced_pods.hpp"

#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::lifecycle {

namespace {

bool has_replicas(const kube::ReplicaStatus& status, std::optional<std::int64_t> wanted) {
    return status.ready_replicas >= wanted.value_or(1);
}

bool job_is_going_on(const kube::Job& job) {
    const auto* complete = kube::find_condition(job.status.conditions, "Complete");
    const auto* failed = kube::find_condition(job.status.conditions, "Failed");
    if (failed && failed->status == "True") return false;
    return (complete && complete->status == "True") || job.status.active > 0 || job.status.succeeded > 0;
}

} // namespace

Timestamp ended_at(const facts::Snapshot& facts, const kube::Pod& pod) {
    Timestamp ended;
    for (const auto& status : pod.status.container_statuses)
        if (status.state.terminated) ended = std::max(ended, status.state.terminated->finished_at);
    for (const std::string_view type : {"DisruptionTarget", "Ready"})
        if (const auto* condition = kube::find_condition(pod.status.conditions, type)) ended = std::max(ended, condition->changed);
    if (!pod.status.reason.empty())
        if (const auto* event = facts.last_event(pod, pod.status.reason)) ended = std::max(ended, event->last_seen());
    return ended ? ended : std::max(pod.meta.created, pod.status.start_time);
}

bool is_replaced(const facts::Snapshot& facts, const kube::Pod& pod) {
    const auto top = facts.top_owner(pod);
    const std::string_view space = top.namespace_name;
    if (top.kind == kube::Pod::k_kind) return false;
    if (const auto* o = top.kind == kube::Deployment::k_kind ? facts.find<kube::Deployment>(space, top.name) : nullptr)
        return has_replicas(o->status, o->spec.replicas);
    if (const auto* o = top.kind == kube::StatefulSet::k_kind ? facts.find<kube::StatefulSet>(space, top.name) : nullptr)
        return has_replicas(o->status, o->spec.replicas);
    if (const auto* o = top.kind == kube::ReplicaSet::k_kind ? facts.find<kube::ReplicaSet>(space, top.name) : nullptr)
        return has_replicas(o->status, o->spec.replicas);
    if (const auto* o = top.kind == kube::DaemonSet::k_kind ? facts.find<kube::DaemonSet>(space, top.name) : nullptr)
        return o->status.number_ready >= o->status.desired_number_scheduled;
    const auto* controller = pod.meta.controller();
    if (const auto* o = controller && controller->kind == kube::Job::k_kind ? facts.find<kube::Job>(space, controller->name) : nullptr)
        return job_is_going_on(*o);
    return workload_has_ready_pod(facts, pod);
}

std::size_t alike_in_last_hour(const RuleContext& context, const kube::Pod& pod, const std::function<bool(const kube::Pod&)>& alike) {
    const auto pods = context.facts.pods_of_workload(context.facts.top_owner(pod));
    const auto count = std::count_if(pods.begin(), pods.end(), [&](const kube::Pod* other) {
        return alike(*other) && context.age(ended_at(context.facts, *other)) < Duration::hours(1);
    });
    return static_cast<std::size_t>(count);
}

Lost judge(const RuleContext& context, const kube::Pod& pod, const std::function<bool(const kube::Pod&)>& alike) {
    Lost lost;
    lost.times = std::max<std::size_t>(1, alike_in_last_hour(context, pod, alike));
    const bool recent = context.age(ended_at(context.facts, pod)) < Duration::hours(1);
    if (is_replaced(context.facts, pod)) {
        lost.worth_it = recent && lost.times >= 2;
        lost.severity = Severity::warning;
        return lost;
    }
    lost.worth_it = true;
    lost.severity = severity_of_lost_pod(context.facts, pod);
    return lost;
}

Finding begin_failed(const RuleContext& context, const kube::Pod& pod, const Lost& lost) {
    Finding finding{.severity = lost.severity, .subject = kube::ref_of(pod)};
    finding.first_seen = finding.last_seen = ended_at(context.facts, pod);
    std::string text = format("reason {}", pod.status.reason);
    if (!pod.status.message.empty()) text += format(": {}", trim(pod.status.message));
    finding.evidence.push_back({.type = EvidenceType::field,
                                .text = std::move(text),
                                .path = ".status.reason",
                                .value = std::string(pod.status.reason),
                                .time = finding.first_seen});
    if (lost.times > 1)
        finding.evidence.push_back({.type = EvidenceType::derived,
                                    .text = format("{} of the workload ended so in the last hour", counted(lost.times, "pod")),
                                    .path = ".status.reason",
                                    .count = static_cast<std::int64_t>(lost.times)});
    return finding;
}

void add_cleanup(const kube::Pod& pod, Finding& finding) {
    finding.remedies.push_back({"afterwards, remove the failed pods that are left over",
                                format("{} delete pods --field-selector=status.phase=Failed", kubectl_in(pod.meta.namespace_name)),
                                Risk::change});
}

} // namespace kdiag::rules::lifecycle
