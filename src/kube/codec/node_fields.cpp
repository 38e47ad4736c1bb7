// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/common_fields.hpp"
#include "kube/node.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<Taint>() {
    static constexpr Field fields[] = {
        field<&Taint::effect>("effect", 3),
        field<&Taint::key>("key", 1),
        field<&Taint::added>("timeAdded", 4),
        field<&Taint::value>("value", 2),
    };
    static constexpr StructType type{"Taint", fields};
    return type;
}

template <> const StructType& type_of<NodeSpec>() {
    static constexpr Field fields[] = {
        field<&NodeSpec::provider_id>("providerID", 3),
        field<&NodeSpec::taints>("taints", 5),
        field<&NodeSpec::unschedulable>("unschedulable", 4),
    };
    static constexpr StructType type{"NodeSpec", fields};
    return type;
}

template <> const StructType& type_of<NodeSystemInfo>() {
    static constexpr Field fields[] = {
        field<&NodeSystemInfo::architecture>("architecture", 10),
        field<&NodeSystemInfo::container_runtime_version>("containerRuntimeVersion", 6),
        field<&NodeSystemInfo::kernel_version>("kernelVersion", 4),
        field<&NodeSystemInfo::kubelet_version>("kubeletVersion", 7),
        field<&NodeSystemInfo::operating_system>("operatingSystem", 9),
        field<&NodeSystemInfo::os_image>("osImage", 5),
    };
    static constexpr StructType type{"NodeSystemInfo", fields};
    return type;
}

template <> const StructType& type_of<NodeAddress>() {
    static constexpr Field fields[] = {
        field<&NodeAddress::address>("address", 2),
        field<&NodeAddress::type>("type", 1),
    };
    static constexpr StructType type{"NodeAddress", fields};
    return type;
}

template <> const StructType& type_of<NodeStatus>() {
    static constexpr Field fields[] = {
        field<&NodeStatus::addresses>("addresses", 5),
        quantity_field<&NodeStatus::allocatable>("allocatable", 2),
        quantity_field<&NodeStatus::capacity>("capacity", 1),
        field<&NodeStatus::conditions>("conditions", 4, &node_condition),
        field<&NodeStatus::node_info>("nodeInfo", 7),
    };
    static constexpr StructType type{"NodeStatus", fields};
    return type;
}

template <> const StructType& type_of<Node>() {
    static constexpr Field fields[] = {
        field<&Node::meta>("metadata", 1),
        field<&Node::spec>("spec", 2),
        field<&Node::status>("status", 3),
    };
    static constexpr StructType type{"Node", fields};
    return type;
}

template <> const StructType& type_of<NamespaceStatus>() {
    static constexpr Field fields[] = {
        field<&NamespaceStatus::conditions>("conditions", 2, &condition),
        field<&NamespaceStatus::phase>("phase", 1),
    };
    static constexpr StructType type{"NamespaceStatus", fields};
    return type;
}

template <> const StructType& type_of<Namespace>() {
    static constexpr Field fields[] = {
        field<&Namespace::meta>("metadata", 1),
        field<&Namespace::status>("status", 3),
    };
    static constexpr StructType type{"Namespace", fields};
    return type;
}

} // namespace kdiag::kube
