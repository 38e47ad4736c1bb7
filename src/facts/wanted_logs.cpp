// SPDX-License-Identifier: Apache-2.0
#include "facts/wanted_logs.hpp"

#include <algorithm>
#include <map>
#include <optional>

namespace kdiag::facts {

namespace {

constexpr int k_decides = 0;

struct Candidate {
    LogTarget target;
    int urgency = 0; ///< lower is read first
    std::size_t turn = 0; ///< how many of the same workload and container came before
};

bool ended_badly(const kube::ContainerStatus& status) {
    if (status.state.terminated) return status.state.terminated->exit_code != 0 || status.restart_count > 0;
    if (status.restart_count == 0) return false;
    return status.state.waiting != nullptr || !status.ready || (status.last_state.terminated && status.last_state.terminated->exit_code != 0);
}

bool is_out_of_memory(const kube::ContainerStatus& status) {
    const auto* end = status.state.terminated ? status.state.terminated.get() : status.last_state.terminated.get();
    return end != nullptr && end->reason == "OOMKilled";
}

std::optional<int> urgency_of(const kube::Pod& pod, const kube::ContainerStatus& status, bool init) {
    if (ended_badly(status)) return is_out_of_memory(status) ? 3 : k_decides;
    if (!status.state.running) return std::nullopt;
    if (init && pod.status.phase == "Pending") return 1;
    if (!init && !status.ready && pod.status.phase == "Running") return 2;
    return std::nullopt;
}

void add(std::vector<Candidate>& candidates, std::map<std::string, std::size_t>& turns, const kube::Pod& pod, const kube::ContainerStatus& status, bool init) {
    const auto urgency = urgency_of(pod, status, init);
    if (!urgency) return;
    const auto* owner = pod.meta.controller();
    const std::string key = std::string(pod.meta.namespace_name) + '/' + std::string(owner != nullptr ? owner->name : pod.meta.name) + '/' + std::string(status.name);
    candidates.push_back({.target = {.namespace_name = std::string(pod.meta.namespace_name), .pod = std::string(pod.meta.name),
                                     .container = std::string(status.name), .previous = status.restart_count > 0 && !status.state.terminated, .decides = *urgency == k_decides},
                          .urgency = *urgency, .turn = turns[key]++});
}

} // namespace

std::vector<LogTarget> wanted_logs(const SnapshotParts& parts, std::size_t limit) {
    std::vector<Candidate> candidates;
    std::map<std::string, std::size_t> turns;
    for (const auto& pod : std::get<Objects<kube::Pod>>(parts.objects)) {
        for (const auto& status : pod.status.init_container_statuses) add(candidates, turns, pod, status, true);
        for (const auto& status : pod.status.container_statuses) add(candidates, turns, pod, status, false);
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.turn != b.turn ? a.turn < b.turn : a.urgency < b.urgency; });
    if (candidates.size() > limit) candidates.resize(limit);
    std::vector<LogTarget> targets;
    for (auto& candidate : candidates) targets.push_back(std::move(candidate.target));
    return targets;
}

} // namespace kdiag::facts
