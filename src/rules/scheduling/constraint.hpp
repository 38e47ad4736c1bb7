// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdiag::rules::scheduling {

/// What keeps a pod from a node, or from every node.
enum class Constraint {
    resource,
    node_name,
    cordoned,
    node_condition,
    taint,
    node_selector,
    host_port,
    pod_affinity,
    pod_anti_affinity,
    existing_anti_affinity,
    inter_pod, ///< affinity or anti-affinity: the message does not say which
    topology_spread,
    topology_label,
    volume_affinity,
    no_volume,
    storage_space,
    claim_missing,
    claim_deleting,
    claim_unbound,
    claim_lost,
    claim_foreign,
    claim_in_use,
    volume_limit,
    disk_in_use,
    gate,
    device_claim,
    gang,
    node_features,
    other,
};

/// `taint`, `node selector`: a few words for a list of reasons.
std::string_view to_string(Constraint constraint);

} // namespace kdiag::rules::scheduling
