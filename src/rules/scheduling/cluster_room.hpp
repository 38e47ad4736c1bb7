// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"
#include "rules/scheduling/pod_demand.hpp"

#include <map>
#include <span>
#include <unordered_map>
#include <vector>

namespace kdiag::rules::scheduling {

/// A pod that takes a port of its node; `place` orders all of a node.
struct PortHolder {
    std::size_t place = 0;
    const kube::Pod* pod = nullptr;
    HostPort port = {};
};

/// A node with what its pods have reserved.
struct NodeRoom {
    const kube::Node* node = nullptr;
    Amounts allocatable, reserved;      ///< reserved counts pods under `pods`
    std::vector<const kube::Pod*> pods; ///< those that take room
    std::map<HostPort, std::vector<PortHolder>> ports; ///< that they take of the node

    /// Who has one of the ports, in the order of the pods.
    std::vector<PortHolder> holders_of(const std::vector<HostPort>& wanted) const;
    /// May be negative: pods that were bound past the scheduler count too.
    std::int64_t free(std::string_view resource) const;
};

/// The nodes as the scheduler sees them. Made once for all rules.
class ClusterRoom {
public:
    explicit ClusterRoom(const facts::Snapshot& facts);

    /// False when the nodes could not be read: then nothing can be recomputed.
    bool known() const { return m_known; }
    std::span<const NodeRoom> nodes() const { return m_nodes; }
    const NodeRoom* find(std::string_view name) const;
    /// Pods on nodes that have required anti-affinity of their own.
    std::span<const kube::Pod* const> exclusive_pods() const { return m_exclusive; }
    const facts::Snapshot& facts() const { return m_facts; }

private:
    const facts::Snapshot& m_facts;
    bool m_known;
    std::vector<NodeRoom> m_nodes;
    std::unordered_map<std::string_view, std::size_t> m_by_name;
    std::vector<const kube::Pod*> m_exclusive;
};

} // namespace kdiag::rules::scheduling
