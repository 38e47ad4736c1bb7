// SPDX-License-Identifier: Apache-2.0
#include "app/logs/pod_seen.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::app {

namespace {

using State = ContainerSeen::State;

constexpr std::array<std::string_view, 7> k_lasting = {"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull",
                                                       "CreateContainerConfigError", "CreateContainerError", "ImageInspectError"};
/// A longer message is a page, not a line.
constexpr std::size_t k_longest_message = 300;

std::optional<Ending> ending_of(const kube::ContainerState& state) {
    if (!state.terminated) return std::nullopt;
    const auto& end = *state.terminated;
    return Ending{.exit_code = end.exit_code, .signal = end.signal, .reason = std::string(end.reason), .finished = end.finished_at};
}

ContainerSeen see_container(const kube::Pod& pod, const kube::Container& container, ContainerKind kind) {
    ContainerSeen seen{.name = std::string(container.name), .kind = kind, .sidecar = kind == ContainerKind::init && container.restart_policy == "Always"};
    const auto* status = find_container_status(pod, container.name);
    if (status == nullptr) return seen;
    seen.restarts = status->restart_count;
    seen.last_ending = ending_of(status->last_state);
    seen.ending = ending_of(status->state);
    if (status->state.running) seen.state = State::running;
    if (seen.ending) seen.state = State::ended;
    if (status->state.waiting) {
        seen.state = State::waiting;
        seen.waiting_reason = status->state.waiting->reason;
        seen.waiting_message = status->state.waiting->message;
    }
    return seen;
}

/// The kubelet's `back-off 5m0s restarting failed container=app pod=...`, counted from when the instance ended.
std::string restart_words(const ContainerSeen& container, Timestamp time) {
    const auto back_off = parse_duration(between(container.waiting_message, "back-off ", " restarting"));
    const auto& ending = container.ending ? container.ending : container.last_ending;
    if (!back_off || !ending) return {};
    const Duration left = ending->finished ? ending->finished + *back_off - time : *back_off;
    return left.milliseconds < 1000 ? "restarts now" : "restarts in " + to_age(std::min(left, *back_off)); // clocks may differ
}

LogEvent ended(const Ending& ending, const std::string& more = {}) {
    return {.name = "containerEnded", .words = ending_words(ending) + (more.empty() ? "" : "; " + more)};
}

bool is_same_instance_end(const ContainerSeen* before, const ContainerSeen& now) {
    return before != nullptr && before->state == State::ended && before->restarts == now.restarts;
}

/// Whether the end that is now the last state was told as the end of the instance before.
bool was_told(const ContainerSeen* before, const ContainerSeen& now) {
    if (before == nullptr) return false;
    const bool knew_end = before->ending || (before->state == State::waiting && before->last_ending);
    if (knew_end) return now.restarts - before->restarts <= 1;
    return before->restarts == now.restarts && before->last_ending.has_value();
}

} // namespace

const ContainerSeen* PodSeen::find(std::string_view container) const {
    const auto found = std::find_if(containers.begin(), containers.end(), [&](const auto& one) { return one.name == container; });
    return found == containers.end() ? nullptr : &*found;
}

bool PodSeen::is_last_instance(const ContainerSeen& container) const {
    if (container.state != State::ended || !container.ending) return false;
    if (has_ended() || container.kind == ContainerKind::ephemeral) return true;
    if (container.sidecar) return false;
    const bool good = container.ending->exit_code == 0;
    return restart_policy == "Never" || (good && (restart_policy == "OnFailure" || container.kind == ContainerKind::init));
}

PodSeen see_pod(const kube::Pod& pod) {
    PodSeen seen{.namespace_name = std::string(pod.meta.namespace_name), .name = std::string(pod.meta.name), .uid = std::string(pod.meta.uid),
                 .phase = std::string(pod.status.phase), .restart_policy = std::string(pod.spec.restart_policy), .scheduling = {}, .default_container = {}, .controller_kind = {}, .controller = {}, .created = pod.meta.created,
                 .deleting = static_cast<bool>(pod.meta.deleted)};
    if (const auto* owner = pod.meta.controller()) {
        seen.generated_name = owner->kind != "StatefulSet" && owner->kind != "Node";
        seen.controller_kind = owner->kind;
        seen.controller = owner->name;
    }
    if (const auto* scheduled = kube::find_condition(pod.status.conditions, "PodScheduled"); scheduled != nullptr && scheduled->status == "False")
        seen.scheduling = scheduled->message.empty() ? scheduled->reason : scheduled->message;
    const auto annotated = kube::value_of(pod.meta.annotations, k_default_container);
    if (find_container(pod, annotated)) seen.default_container = annotated;
    else if (!pod.spec.containers.empty()) seen.default_container = pod.spec.containers.front().name;
    for (const auto& container : pod.spec.init_containers) seen.containers.push_back(see_container(pod, container, ContainerKind::init));
    for (const auto& container : pod.spec.containers) seen.containers.push_back(see_container(pod, container, ContainerKind::regular));
    for (const auto& container : pod.spec.ephemeral_containers) seen.containers.push_back(see_container(pod, container, ContainerKind::ephemeral));
    return seen;
}

std::string short_name(const PodSeen& pod) {
    const auto dash = pod.name.rfind('-');
    return pod.generated_name && dash != std::string::npos && dash + 1 < pod.name.size() ? pod.name.substr(dash + 1) : pod.name;
}

std::string ending_words(const Ending& ending) {
    std::string words = "container ended: ";
    if (!ending.reason.empty() && ending.reason != "Error") words += ending.reason + ", ";
    words += ending.signal != 0 ? format("signal {}", ending.signal) : format("exit {}", ending.exit_code);
    if (ending.exit_code == 137 && ending.reason == "Error") words += " (killed)";
    if (ending.exit_code == 143 && ending.reason == "Error") words += " (terminated)";
    return words;
}

bool waits_in_vain(const ContainerSeen& container) {
    return container.state == State::waiting && std::find(k_lasting.begin(), k_lasting.end(), container.waiting_reason) != k_lasting.end();
}

std::string waiting_words(const PodSeen& pod, const ContainerSeen& container) {
    if (!pod.scheduling.empty()) return "waiting: not scheduled: " + pod.scheduling.substr(0, k_longest_message);
    const auto& reason = container.waiting_reason;
    if (reason.empty()) return "waiting: the kubelet has not begun with the pod";
    if (reason == "ContainerCreating") return "waiting: container is being created";
    if (reason == "PodInitializing") return "waiting: init containers run first";
    return container.waiting_message.empty() ? "waiting: " + reason : format("waiting: {}: {}", reason, container.waiting_message.substr(0, k_longest_message));
}

std::vector<LogEvent> tell_changes(const PodSeen& pod, const ContainerSeen* before, const ContainerSeen& now, Timestamp time) {
    std::vector<LogEvent> events;
    if (now.state == State::ended && !is_same_instance_end(before, now)) {
        const bool silent = before == nullptr && now.ending->exit_code == 0; // what was over before anybody looked, and was well
        if (!silent) events.push_back(ended(*now.ending));
    }
    if (now.state == State::waiting && now.waiting_reason == "CrashLoopBackOff") {
        if (before != nullptr && before->waiting_reason == now.waiting_reason && before->restarts == now.restarts) return events;
        const auto restart = restart_words(now, time);
        if (now.last_ending && !was_told(before, now)) events.push_back(ended(*now.last_ending, restart));
        else if (!restart.empty()) events.push_back({.name = "containerRestarts", .words = restart});
        return events;
    }
    if ((now.state == State::waiting || now.state == State::unknown) && !now.has_log() && !pod.has_ended()) {
        const auto words = waiting_words(pod, now);
        if (before == nullptr || before->waiting_reason != now.waiting_reason) events.push_back({.name = "waiting", .words = words});
        return events;
    }
    if (now.state == State::running && before != nullptr && now.restarts > before->restarts) {
        if (now.last_ending && !was_told(before, now)) events.push_back(ended(*now.last_ending));
        events.push_back({.name = "containerStarted", .words = format("container started again, restart {}", now.restarts)});
    }
    return events;
}

} // namespace kdiag::app
