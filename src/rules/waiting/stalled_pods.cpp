// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/stalled_pods.hpp"

#include "rules/common/container_view.hpp"
#include "rules/common/workload_health.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_fresh = Duration::minutes(15);
constexpr Duration k_patience = Duration::seconds(10); // a first failure is often followed by success

bool is_being_created(const ContainerView& view) {
    return view.status == nullptr || view.waiting_reason() == "ContainerCreating" || view.waiting_reason() == "PodInitializing" || view.waiting_reason().empty();
}

} // namespace

std::vector<StalledPod> stalled_pods(const RuleContext& context) {
    std::vector<StalledPod> found;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Pending" || pod.spec.node_name.empty()) continue;
        const auto views = containers_of(pod);
        const bool any_started = std::any_of(views.begin(), views.end(), [](const auto& view) {
            return view.status != nullptr && (view.status->state.running || view.status->state.terminated || view.status->last_state.terminated);
        });
        if (any_started || !std::all_of(views.begin(), views.end(), is_being_created)) continue;
        const auto* scheduled = kube::find_condition(pod.status.conditions, "PodScheduled");
        const Timestamp since = scheduled != nullptr && scheduled->changed ? scheduled->changed : pod.meta.created;
        if (context.age(since) < k_patience) continue;
        found.push_back({&pod, since});
    }
    return found;
}

const kube::Event* newest_event(const RuleContext& context, const StalledPod& stalled, const std::function<bool(const kube::Event&)>& fits) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*stalled.pod))
        if (context.age(event->last_seen()) < k_fresh && fits(*event)) found = event;
    return found;
}

Finding begin(const RuleContext& context, const StalledPod& stalled, const kube::Event& event) {
    Finding finding;
    finding.subject = kube::ref_of(*stalled.pod);
    finding.severity = severity_of_lost_pod(context.facts, *stalled.pod);
    finding.first_seen = event.first_seen();
    finding.last_seen = event.last_seen();
    finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(event.message), .time = event.last_seen(), .first_time = event.first_seen(), .count = event.count()});
    return finding;
}

} // namespace kdiag::rules::waiting
