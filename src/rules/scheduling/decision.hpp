// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/node_fit.hpp"
#include "rules/scheduling/scheduler_message.hpp"

#include <set>
#include <vector>

namespace kdiag::rules::scheduling {

/// The constraint to name first, and the nodes it decides on: those that everything before it left over.
struct Decision {
    Constraint constraint = Constraint::other; ///< `other`: several constraints, none of which is decisive, or an unknown one
    std::vector<const NodeFit*> nodes;         ///< in the order of the fits; empty: decided by the message alone, or true for the pod wherever it goes
};

/// Kinds of a message with the spellings of one cause joined: anti-affinity of either side is one, an unclear `inter-pod` is
/// what the pod asks for, a taint that says the node is ill or cordoned is that.
std::set<Constraint> kinds_of(const SchedulerMessage& said, const kube::PodSpec& spec);

/// Which constraint to blame, one that the message allows. Where nodes are known, the pod's own choice of nodes (volumes, selector) is taken
/// as meant, then taints, then what is full or taken on the nodes that are left; control planes only count when there is nothing else.
Decision decide(const SchedulerMessage& said, const std::vector<NodeFit>& fits, const kube::PodSpec& spec);

} // namespace kdiag::rules::scheduling
