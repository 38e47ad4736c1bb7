// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/refusals.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

constexpr Duration k_fresh = Duration::hours(1);

const kube::Event* newest_refusal(const RuleContext& context, const kube::ObjectRef& ref) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(ref.kind, ref.namespace_name, ref.name, ref.uid))
        if (event->reason == "FailedCreate" && context.age(event->last_seen()) < k_fresh) found = event;
    return found;
}

template <class T>
void look_at(const RuleContext& context, const T& object, std::int64_t wanted, std::int64_t existing, const std::vector<kube::Condition>& conditions, std::vector<Refused>& found) {
    if (existing >= wanted || object.meta.deleted) return;
    Refused refused{.controller = kube::ref_of(object), .top = context.facts.top_owner(object.meta, T::k_kind), .wanted = wanted, .existing = existing};
    refused.event = newest_refusal(context, refused.controller);
    if (const auto* failure = kube::find_condition(conditions, "ReplicaFailure"); failure != nullptr && failure->status == "True" && failure->reason == "FailedCreate") {
        refused.message = failure->message;
        refused.path = ".status.conditions[?(@.type==\"ReplicaFailure\")].message";
    } else if (refused.event != nullptr) {
        refused.message = refused.event->message;
    } else {
        return;
    }
    refused.parsed = parse_admission(refused.message);
    found.push_back(std::move(refused));
}

} // namespace

std::vector<Refused> find_refused(const RuleContext& context) {
    std::vector<Refused> found;
    for (const auto& set : context.facts.all<kube::ReplicaSet>()) look_at(context, set, set.spec.replicas.value_or(1), set.status.replicas, set.status.conditions, found);
    for (const auto& set : context.facts.all<kube::StatefulSet>()) look_at(context, set, set.spec.replicas.value_or(1), set.status.replicas, set.status.conditions, found);
    for (const auto& set : context.facts.all<kube::DaemonSet>()) look_at(context, set, set.status.desired_number_scheduled, set.status.current_number_scheduled, set.status.conditions, found);
    for (const auto& job : context.facts.all<kube::Job>()) {
        const bool done = job.status.completion_time || job.spec.suspend || kube::find_condition(job.status.conditions, "Failed") != nullptr;
        if (!done) look_at(context, job, 1, job.status.active + job.status.succeeded, job.status.conditions, found);
    }
    return found;
}

Finding begin(const RuleContext&, const Refused& refused) {
    Finding finding;
    finding.subject = refused.controller;
    if (refused.top.key() != refused.controller.key()) finding.owner = refused.top;
    finding.severity = refused.existing == 0 ? Severity::critical : Severity::error;
    if (refused.event != nullptr) {
        finding.first_seen = refused.event->first_seen();
        finding.last_seen = refused.event->last_seen();
    }
    finding.impact = format("{} of {} pods exist", refused.existing, refused.wanted);
    finding.evidence.push_back({.text = format("{} of {} pods exist", refused.existing, refused.wanted), .path = ".status.replicas", .value = format("{}", refused.existing)});
    if (refused.event != nullptr)
        finding.evidence.push_back({.type = EvidenceType::event, .text = refused.message, .time = refused.event->last_seen(), .first_time = refused.event->first_seen(), .count = refused.event->count()});
    else
        finding.evidence.push_back({.text = refused.message, .path = refused.path});
    return finding;
}

} // namespace kdiag::rules::workload
