// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_fit.hpp"

#include "rules/scheduling/node_filters.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::scheduling {

namespace {

bool is_stated(const NodeRoom& room, std::string_view resource) {
    return std::any_of(room.allocatable.begin(), room.allocatable.end(), [&](const auto& entry) { return entry.first == resource; });
}

/// Without its own word on cpu, memory or pods a recording left them out; an extended resource that is not stated is not there.
bool is_judgeable(const NodeRoom& room, std::string_view resource) {
    const bool of_every_node = resource == "cpu" || resource == "memory" || resource == "ephemeral-storage" || resource == "pods";
    return of_every_node ? is_stated(room, resource) : !room.allocatable.empty();
}

void add_resources(const NodeRoom& room, const Amounts& requests, std::vector<Obstacle>& obstacles) {
    for (const auto& [resource, wanted] : requests)
        if (wanted > 0 && is_judgeable(room, resource) && wanted > room.free(resource))
            obstacles.push_back({Constraint::resource, std::string(resource), std::string(resource)});
    if (is_judgeable(room, "pods") && room.free("pods") < 1000) obstacles.push_back({Constraint::resource, "pods", "pods"});
}

void add_ports(const NodeRoom& room, const std::vector<HostPort>& ports, std::vector<Obstacle>& obstacles) {
    for (const auto& holder : room.holders_of(ports))
        obstacles.push_back({Constraint::host_port, format("port {} ({})", holder.port.port, holder.pod->meta.name), std::string(holder.pod->meta.name)});
}

void add_taints(const kube::Pod& pod, const kube::Node& node, std::vector<Obstacle>& obstacles) {
    const bool cordoned = is_cordoned_for(pod.spec, node);
    if (cordoned) obstacles.push_back({Constraint::cordoned, "cordoned"});
    for (const auto* taint : untolerated_taints(pod.spec, node)) {
        const Constraint meaning = meaning_of_taint(taint->key);
        const std::string key(taint->key);
        const bool repeated = std::any_of(obstacles.begin(), obstacles.end(), [&](const auto& o) { return o.detail == key; });
        if (repeated) continue; // not-ready comes as NoSchedule and as NoExecute
        const auto slash = taint->key.rfind('/');
        const std::string short_key(slash == std::string_view::npos ? taint->key : taint->key.substr(slash + 1));
        obstacles.push_back({meaning, meaning == Constraint::node_condition ? short_key : format("taint {}", show(*taint)), key});
    }
}

} // namespace

bool NodeFit::has(Constraint constraint) const {
    return std::any_of(obstacles.begin(), obstacles.end(), [&](const Obstacle& o) { return o.constraint == constraint; });
}

std::vector<NodeFit> fit_nodes(const ClusterRoom& cluster, const kube::Pod& pod, const Neighbours& neighbours,
                               const std::vector<PodClaim>& claims) {
    const Amounts requests = requests_of(pod.spec);
    const auto ports = host_ports_of(pod.spec);
    std::vector<NodeFit> fits;
    fits.reserve(cluster.nodes().size());
    const std::string_view target = meant_for(pod.spec);
    const NodeRoom* only = target.empty() ? nullptr : cluster.find(target);
    for (const auto& room : only ? std::span(only, 1) : cluster.nodes()) {
        NodeFit fit{.room = &room};
        for (auto& label : unmet_labels(pod.spec, *room.node)) fit.obstacles.push_back({Constraint::node_selector, std::move(label)});
        add_taints(pod, *room.node, fit.obstacles);
        add_ports(room, ports, fit.obstacles);
        add_resources(room, requests, fit.obstacles);
        for (auto& obstacle : volume_obstacles(claims, *room.node)) fit.obstacles.push_back(std::move(obstacle));
        for (auto& obstacle : neighbours.obstacles(*room.node)) fit.obstacles.push_back(std::move(obstacle));
        fits.push_back(std::move(fit));
    }
    return fits;
}

std::int64_t largest_allocatable(const ClusterRoom& cluster, std::string_view resource) {
    std::int64_t largest = 0;
    for (const auto& room : cluster.nodes()) largest = std::max(largest, amount_of(room.allocatable, resource));
    return largest;
}

} // namespace kdiag::rules::scheduling
