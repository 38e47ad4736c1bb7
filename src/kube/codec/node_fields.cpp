// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/node.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<Taint>() {
    static constexpr Field fields[] = {
        field<&Taint::effect>("effect"),
        field<&Taint::key>("key"),
        field<&Taint::added>("timeAdded"),
        field<&Taint::value>("value"),
    };
    static constexpr StructType type{"Taint", fields};
    return type;
}

template <> const StructType& type_of<NodeSpec>() {
    static constexpr Field fields[] = {
        field<&NodeSpec::provider_id>("providerID"),
        field<&NodeSpec::taints>("taints"),
        field<&NodeSpec::unschedulable>("unschedulable"),
    };
    static constexpr StructType type{"NodeSpec", fields};
    return type;
}

template <> const StructType& type_of<NodeSystemInfo>() {
    static constexpr Field fields[] = {
        field<&NodeSystemInfo::architecture>("architecture"),
        field<&NodeSystemInfo::container_runtime_version>("containerRuntimeVersion"),
        field<&NodeSystemInfo::kernel_version>("kernelVersion"),
        field<&NodeSystemInfo::kubelet_version>("kubeletVersion"),
        field<&NodeSystemInfo::operating_system>("operatingSystem"),
        field<&NodeSystemInfo::os_image>("osImage"),
    };
    static constexpr StructType type{"NodeSystemInfo", fields};
    return type;
}

template <> const StructType& type_of<NodeAddress>() {
    static constexpr Field fields[] = {
        field<&NodeAddress::address>("address"),
        field<&NodeAddress::type>("type"),
    };
    static constexpr StructType type{"NodeAddress", fields};
    return type;
}

template <> const StructType& type_of<NodeStatus>() {
    static constexpr Field fields[] = {
        field<&NodeStatus::addresses>("addresses"),
        field<&NodeStatus::allocatable>("allocatable"),
        field<&NodeStatus::capacity>("capacity"),
        field<&NodeStatus::conditions>("conditions"),
        field<&NodeStatus::node_info>("nodeInfo"),
    };
    static constexpr StructType type{"NodeStatus", fields};
    return type;
}

template <> const StructType& type_of<Node>() {
    static constexpr Field fields[] = {
        field<&Node::meta>("metadata"),
        field<&Node::spec>("spec"),
        field<&Node::status>("status"),
    };
    static constexpr StructType type{"Node", fields};
    return type;
}

template <> const StructType& type_of<NamespaceStatus>() {
    static constexpr Field fields[] = {
        field<&NamespaceStatus::conditions>("conditions"),
        field<&NamespaceStatus::phase>("phase"),
    };
    static constexpr StructType type{"NamespaceStatus", fields};
    return type;
}

template <> const StructType& type_of<Namespace>() {
    static constexpr Field fields[] = {
        field<&Namespace::meta>("metadata"),
        field<&Namespace::status>("status"),
    };
    static constexpr StructType type{"Namespace", fields};
    return type;
}

} // namespace kdiag::kube
