// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/cluster_room.hpp"
#include "rules/scheduling/neighbours.hpp"
#include "rules/scheduling/obstacle.hpp"
#include "rules/scheduling/pod_volumes.hpp"

#include <span>
#include <vector>

namespace kdiag::rules::scheduling {

/// What one node says to one pod.
struct NodeFit {
    const NodeRoom* room = nullptr;
    std::vector<Obstacle> obstacles;

    bool has(Constraint constraint) const;
};

/// Recomputes the scheduler's filters from the objects, every one of them for every node, in the order of the nodes' names;
/// a pod of a DaemonSet is tried on its own node alone.
/// Extenders, plugins of one's own, device claims and attach limits are not seen: a node without obstacles may still refuse.
std::vector<NodeFit> fit_nodes(const ClusterRoom& cluster, const kube::Pod& pod, const Neighbours& neighbours,
                               const std::vector<PodClaim>& claims);

/// Whether a node offers a resource at all, for the largest of them: 0 when none does.
std::int64_t largest_allocatable(const ClusterRoom& cluster, std::string_view resource);

} // namespace kdiag::rules::scheduling
