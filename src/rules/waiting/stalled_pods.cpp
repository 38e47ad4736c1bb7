// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/stalled_pods.hpp"

#include "rules/common/container_view.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/waiting/message_words.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_fresh = Duration::minutes(15);
constexpr Duration k_patience = Duration::seconds(10); // a first failure is often followed by success

bool is_being_created(const ContainerView& view) {
    if (view.status == nullptr || view.status->state.terminated) return true;
    if (view.status->state.running) return false;
    const auto reason = view.waiting_reason();
    return reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing";
}

/// Reports of a container that is being made, or has been: the sandbox stood.
bool is_of_container(const kube::Event& event) {
    return event.reason == "Pulling" || event.reason == "Pulled" || event.reason == "Created" || event.reason == "Started";
}

/// The sandbox is tried only when the volumes are mounted.
bool is_of_sandbox(const kube::Event& event) {
    return event.reason == "FailedCreatePodSandBox" || event.reason == "AddedInterface";
}

void read_progress(const RuleContext& context, StalledPod& stalled) {
    for (const auto& view : containers_of(*stalled.pod))
        if (const auto* end = view.last_end(); end != nullptr) {
            stalled.sandbox_done = std::max({stalled.sandbox_done, end->finished_at, end->started_at});
            stalled.restarted = stalled.restarted || view.role != ContainerRole::init || view.status->restart_count > 0;
        }
    for (const auto* event : context.facts.events_of(*stalled.pod)) {
        if (is_of_container(*event)) stalled.sandbox_done = std::max(stalled.sandbox_done, event->last_seen());
        if (is_of_sandbox(*event)) stalled.volumes_done = std::max(stalled.volumes_done, event->last_seen());
    }
    stalled.volumes_done = std::max(stalled.volumes_done, stalled.sandbox_done);
    for (const kube::Text type : {"PodReadyToStartContainers", "PodHasNetwork"})
        if (const auto* condition = kube::find_condition(stalled.pod->status.conditions, type); condition != nullptr)
            stalled.sandbox_ready = stalled.sandbox_ready || condition->status == "True";
}

std::vector<StalledPod> all_stalled(const RuleContext& context) {
    std::vector<StalledPod> found;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.spec.node_name.empty() || pod.status.phase == "Succeeded" || pod.status.phase == "Failed") continue;
        const auto views = containers_of(pod);
        if (views.empty() || is_ready(pod) || !std::all_of(views.begin(), views.end(), is_being_created)) continue;
        const auto* scheduled = kube::find_condition(pod.status.conditions, "PodScheduled");
        StalledPod stalled;
        stalled.pod = &pod;
        stalled.since = scheduled != nullptr && scheduled->changed ? scheduled->changed : pod.meta.created;
        if (context.age(stalled.since) < k_patience) continue;
        read_progress(context, stalled);
        found.push_back(stalled);
    }
    return found;
}

} // namespace

const std::vector<StalledPod>& stalled_pods(const RuleContext& context) {
    return context.once(all_stalled);
}

Failure newest_failure(const RuleContext& context, const StalledPod& stalled, const std::function<bool(const kube::Event&)>& fits,
                       Step step) {
    Failure failure;
    if (stalled.sandbox_ready) return failure; // and the volumes, which come before it
    const Timestamp done = step == Step::volumes ? stalled.volumes_done : stalled.sandbox_done;
    for (const auto* event : context.facts.events_of(*stalled.pod)) {
        if (context.age(event->last_seen()) >= k_fresh || event->last_seen() < done || !fits(*event)) continue;
        if (failure.event == nullptr) failure.since = event->first_seen();
        failure.event = event;
        failure.count += event->count();
    }
    return failure;
}

const kube::Event* newest_event(const RuleContext& context, const StalledPod& stalled, const std::function<bool(const kube::Event&)>& fits,
                                Step step) {
    return newest_failure(context, stalled, fits, step).event;
}

Finding begin(const RuleContext& context, const StalledPod& stalled, const kube::Event& event) {
    Finding finding;
    finding.subject = kube::ref_of(*stalled.pod);
    finding.severity = severity_of_lost_pod(context.facts, *stalled.pod);
    finding.first_seen = event.first_seen();
    finding.last_seen = event.last_seen();
    finding.evidence.push_back(event_evidence(event));
    finding.evidence.back().text = one_line(finding.evidence.back().text); // mount(8) writes several
    return finding;
}

} // namespace kdiag::rules::waiting
