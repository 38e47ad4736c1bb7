// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kdiag::rules::lifecycle {

enum class EvictionKind { empty_dir_limit, container_limit, pod_limit, node_low, node_condition, unknown };

/// What the kubelet wrote into status.message of an evicted pod; all views point into the message.
struct Eviction {
    EvictionKind kind = EvictionKind::unknown;
    std::string_view name;                      ///< the volume, the container, the resource the node lacked, or the condition
    std::string_view limit;                     ///< `16Mi`
    std::string_view container, usage, request; ///< of a pod chosen on a node that ran low; may be empty
};
/// Words of Kubernetes 1.20 to 1.37; never fails.
Eviction parse_eviction(std::string_view message);

} // namespace kdiag::rules::lifecycle
