// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"
#include "rules/scheduling/obstacle.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::scheduling {

/// A claim of a pod with what is known about it.
struct PodClaim {
    std::string name;   ///< also of generic ephemeral volumes: POD-VOLUME
    std::string volume; ///< the pod's volume that asks for it
    bool ephemeral = false;
    const kube::PersistentVolumeClaim* claim = nullptr; ///< null: absent, or not read
    const kube::PersistentVolume* bound = nullptr;      ///< null: not bound, absent, or not read
};
std::vector<PodClaim> claims_of(const kube::Pod& pod, const facts::Snapshot& facts);

/// Whether a volume can be used on a node, by its node affinity and by the zone labels of older drivers.
bool reaches(const kube::PersistentVolume& volume, const kube::Node& node);
/// `topology.kubernetes.io/zone in (eu-1a)`: where the volume is; empty when it is everywhere.
std::string place_of(const kube::PersistentVolume& volume);
/// One obstacle for each bound volume that does not reach the node.
std::vector<Obstacle> volume_obstacles(const std::vector<PodClaim>& claims, const kube::Node& node);

} // namespace kdiag::rules::scheduling
