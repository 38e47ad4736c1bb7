// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/cluster_room.hpp"
#include "rules/scheduling/obstacle.hpp"

#include <map>
#include <string>
#include <vector>

namespace kdiag::rules::scheduling {

/// Pods that one required affinity term selects, by the value of its topology key.
struct TermPlaces {
    const kube::PodAffinityTerm* term = nullptr;
    std::map<std::string_view, const kube::Pod*> pods; ///< one pod for each value
    std::size_t pods_total = 0;
    bool matches_itself = false;
    bool known = true; ///< false: it selects by labels of namespaces that were not read
};

/// One spread constraint (DoNotSchedule) with the pods it counts in each domain.
struct SpreadCounts {
    const kube::TopologySpreadConstraint* constraint = nullptr;
    std::map<std::string_view, std::int64_t> domains;
    std::int64_t fewest = 0;
    std::int64_t itself = 0; ///< 1 when the pod is counted by its own constraint
};

/// What the pods that are already placed mean for one more pod.
class Neighbours {
public:
    Neighbours(const ClusterRoom& cluster, const kube::Pod& pod);
    std::vector<Obstacle> obstacles(const kube::Node& node) const;

    const std::vector<TermPlaces>& affinity() const { return m_affinity; }
    const std::vector<TermPlaces>& anti_affinity() const { return m_anti_affinity; }
    const std::vector<SpreadCounts>& spread() const { return m_spread; }

private:
    TermPlaces places_of(const kube::PodAffinityTerm& term) const;
    SpreadCounts counts_of(const kube::TopologySpreadConstraint& constraint) const;

    const ClusterRoom& m_cluster;
    const kube::Pod& m_pod;
    /// A pod that is placed and wants none such as this one near it.
    struct Excluder {
        const kube::Pod* pod;
        const NodeRoom* room;
        std::vector<const kube::PodAffinityTerm*> terms;
    };
    std::vector<const kube::Pod*> placed_matching(const kube::LabelSelector& selector) const;
    void find_excluders();

    std::vector<Excluder> m_excluders;
    std::vector<TermPlaces> m_affinity, m_anti_affinity;
    std::vector<SpreadCounts> m_spread;
};

} // namespace kdiag::rules::scheduling
