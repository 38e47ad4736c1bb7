// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/waiting_containers.hpp"

#include "rules/common/evidence.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/waiting/message_words.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// Pods whose end is told by their own reason (eviction, deadline), and those of a Job that went on to succeed.
bool is_history(const RuleContext& context, const kube::Pod& pod) {
    if (pod.meta.deleted || pod.status.phase == "Succeeded") return true;
    if (pod.status.phase != "Failed") return false;
    const auto* owner = pod.meta.controller();
    const auto* job = owner != nullptr && owner->kind == kube::Job::k_kind
                          ? context.facts.find<kube::Job>(pod.meta.namespace_name, owner->name)
                          : nullptr;
    return !pod.status.reason.empty() || (job != nullptr && job->status.succeeded > 0);
}

bool is_creation_error(kube::Text reason) {
    return reason == "CreateContainerConfigError" || reason == "CreateContainerError" || reason == "RunContainerError" ||
           reason == "PreCreateHookError" || reason == "PreStartHookError" || reason == "ImageVolumeMountFailed";
}

/// An instance that never ran: containerd and docker call it by other names.
bool has_failed_start(const ContainerView& view) {
    const auto* end = view.last_end();
    if (end == nullptr || view.status->state.running) return false; // a later try came through
    return end->reason == "StartError" || end->reason == "ContainerCannotRun";
}

/// `Error: ...` of the newest try; the image's own trouble has other rules.
const kube::Event* newest_failure(const RuleContext& context, const ContainerView& view) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*view.pod))
        if (event->reason == "Failed" && concerns(*event, view) && !contains(event->message, "ImagePull") &&
            !contains(event->message, "Failed to pull image"))
            found = event;
    return found;
}

WaitingContainer read_waiting(const RuleContext& context, const ContainerView& view, std::string_view message, std::string path) {
    WaitingContainer waiting{.view = view, .message = std::string(message), .path = std::move(path)};
    // The API server's reason may stand alone; then only the event has the words.
    if (message.empty() || message == view.waiting_reason()) waiting.event = newest_failure(context, view);
    if (waiting.event != nullptr) waiting.message = std::string(waiting.event->message);
    return waiting;
}

std::vector<WaitingContainer> all_waiting(const RuleContext& context) {
    std::vector<WaitingContainer> found;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (is_history(context, pod)) continue;
        for (const auto& view : containers_of(pod)) {
            const bool now_ended = view.status != nullptr && view.status->state.terminated != nullptr;
            if (is_creation_error(view.waiting_reason()))
                found.push_back(read_waiting(context, view, view.waiting_message(), view.status_path("state.waiting.message")));
            else if (has_failed_start(view))
                found.push_back(read_waiting(context, view, view.last_end()->message,
                                             view.status_path(now_ended ? "state.terminated.message" : "lastState.terminated.message")));
        }
    }
    return found;
}

} // namespace

const std::vector<WaitingContainer>& waiting_containers(const RuleContext& context) {
    return context.once(all_waiting);
}

Finding begin(const RuleContext& context, const WaitingContainer& waiting) {
    const auto& view = waiting.view;
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = severity_of_lost_pod(context.facts, *view.pod);
    finding.first_seen = waiting.event != nullptr ? waiting.event->first_seen() : view.pod->meta.created;
    finding.last_seen = waiting.event != nullptr ? waiting.event->last_seen() : context.now;
    const std::string reason(view.waiting_reason());
    if (waiting.event != nullptr || waiting.message.empty())
        finding.evidence.push_back(field_evidence(view.status_path("state.waiting.reason"), reason, format("waits: {}", reason)));
    if (waiting.event != nullptr)
        finding.evidence.push_back(event_evidence(*waiting.event));
    else if (!waiting.message.empty())
        finding.evidence.push_back(field_evidence(waiting.path, reason, one_line(waiting.message)));
    return finding;
}

} // namespace kdiag::rules::waiting
