// SPDX-License-Identifier: Apache-2.0
#include "facts/pod_status.hpp"

namespace kdiag::facts {

namespace {

bool is_sidecar(const kube::Pod& pod, kube::Text name) {
    for (const auto& container : pod.spec.init_containers)
        if (container.name == name) return container.restart_policy == "Always";
    return false;
}

std::string ended(const kube::StateTerminated& end) {
    if (!end.reason.empty()) return std::string(end.reason);
    return end.signal != 0 ? "Signal:" + std::to_string(end.signal) : "ExitCode:" + std::to_string(end.exit_code);
}

bool is_true(const kube::Pod& pod, kube::Text type) {
    const auto* condition = kube::find_condition(pod.status.conditions, type);
    return condition != nullptr && condition->status == "True";
}

/// Walks the init containers; whether one of them is not done yet.
bool walk_init(const kube::Pod& pod, PodColumns& columns, std::int64_t& sidecar_restarts) {
    for (std::size_t i = 0; i < pod.status.init_container_statuses.size(); ++i) {
        const auto& status = pod.status.init_container_statuses[i];
        const bool sidecar = is_sidecar(pod, status.name);
        columns.restarts += status.restart_count;
        if (sidecar) sidecar_restarts += status.restart_count;
        if (status.state.terminated && status.state.terminated->exit_code == 0) continue;
        if (sidecar && status.started.value_or(false)) {
            if (status.ready) ++columns.ready;
            continue;
        }
        if (status.state.terminated)
            columns.status = "Init:" + ended(*status.state.terminated);
        else if (status.state.waiting && !status.state.waiting->reason.empty() && status.state.waiting->reason != "PodInitializing")
            columns.status = "Init:" + std::string(status.state.waiting->reason);
        else
            columns.status = "Init:" + std::to_string(i) + "/" + std::to_string(pod.spec.init_containers.size());
        return true;
    }
    return false;
}

/// Walks the containers from last to first, so that the first with something to say wins.
void walk_containers(const kube::Pod& pod, PodColumns& columns) {
    bool running = false;
    for (auto status = pod.status.container_statuses.rbegin(); status != pod.status.container_statuses.rend(); ++status) {
        columns.restarts += status->restart_count;
        if (status->state.waiting && !status->state.waiting->reason.empty()) {
            columns.status = status->state.waiting->reason;
        } else if (status->state.terminated) {
            columns.status = ended(*status->state.terminated);
        } else if (status->ready && status->state.running) {
            running = true;
            ++columns.ready;
        }
    }
    if (columns.status == "Completed" && running) columns.status = is_true(pod, "Ready") ? "Running" : "NotReady";
}

} // namespace

PodColumns pod_columns(const kube::Pod& pod) {
    PodColumns columns{.status = std::string(pod.status.reason.empty() ? pod.status.phase : pod.status.reason), .total = static_cast<std::int64_t>(pod.spec.containers.size())};
    for (const auto& condition : pod.status.conditions)
        if (condition.type == "PodScheduled" && condition.reason == "SchedulingGated") columns.status = "SchedulingGated";
    for (const auto& container : pod.spec.init_containers)
        if (container.restart_policy == "Always") ++columns.total;
    std::int64_t sidecar_restarts = 0;
    if (!walk_init(pod, columns, sidecar_restarts) || is_true(pod, "Initialized")) {
        columns.restarts = sidecar_restarts;
        walk_containers(pod, columns);
    }
    if (pod.meta.deleted) {
        const bool over = pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
        if (pod.status.reason == "NodeLost") columns.status = "Unknown";
        else if (!over) columns.status = "Terminating";
    }
    return columns;
}

} // namespace kdiag::facts
