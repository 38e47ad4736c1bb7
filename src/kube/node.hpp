// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

namespace kdiag::kube {

struct Taint {
    Text key, value, effect;
    Timestamp added;
};
struct NodeSpec {
    bool unschedulable = false;
    List<Taint> taints;
    Text provider_id;
};
struct NodeSystemInfo {
    Text kubelet_version, container_runtime_version, operating_system, architecture, os_image, kernel_version;
};
struct NodeAddress {
    Text type, address;
};
struct NodeStatus {
    TextMap capacity, allocatable;
    List<Condition> conditions;
    List<NodeAddress> addresses;
    NodeSystemInfo node_info;
};
struct Node {
    static constexpr Text k_kind = "Node";
    ObjectMeta meta;
    NodeSpec spec;
    NodeStatus status;
};

struct NamespaceStatus {
    Text phase;
    List<Condition> conditions;
};
struct Namespace {
    static constexpr Text k_kind = "Namespace";
    ObjectMeta meta;
    NamespaceStatus status;
};

} // namespace kdiag::kube
