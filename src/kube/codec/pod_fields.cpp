// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/pod.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<Toleration>() {
    static constexpr Field fields[] = {
        field<&Toleration::effect>("effect"),
        field<&Toleration::key>("key"),
        field<&Toleration::op>("operator"),
        field<&Toleration::toleration_seconds>("tolerationSeconds"),
        field<&Toleration::value>("value"),
    };
    static constexpr StructType type{"Toleration", fields};
    return type;
}

template <> const StructType& type_of<NodeSelectorTerm>() {
    static constexpr Field fields[] = {
        field<&NodeSelectorTerm::match_expressions>("matchExpressions"),
        field<&NodeSelectorTerm::match_fields>("matchFields"),
    };
    static constexpr StructType type{"NodeSelectorTerm", fields};
    return type;
}

template <> const StructType& type_of<NodeSelector>() {
    static constexpr Field fields[] = {
        field<&NodeSelector::terms>("nodeSelectorTerms"),
    };
    static constexpr StructType type{"NodeSelector", fields};
    return type;
}

template <> const StructType& type_of<NodeAffinity>() {
    static constexpr Field fields[] = {
        field<&NodeAffinity::required>("requiredDuringSchedulingIgnoredDuringExecution"),
    };
    static constexpr StructType type{"NodeAffinity", fields};
    return type;
}

template <> const StructType& type_of<PodAffinityTerm>() {
    static constexpr Field fields[] = {
        field<&PodAffinityTerm::label_selector>("labelSelector"),
        field<&PodAffinityTerm::namespace_selector>("namespaceSelector"),
        field<&PodAffinityTerm::namespaces>("namespaces"),
        field<&PodAffinityTerm::topology_key>("topologyKey"),
    };
    static constexpr StructType type{"PodAffinityTerm", fields};
    return type;
}

template <> const StructType& type_of<PodAffinity>() {
    static constexpr Field fields[] = {
        field<&PodAffinity::required>("requiredDuringSchedulingIgnoredDuringExecution"),
    };
    static constexpr StructType type{"PodAffinity", fields};
    return type;
}

template <> const StructType& type_of<Affinity>() {
    static constexpr Field fields[] = {
        field<&Affinity::node>("nodeAffinity"),
        field<&Affinity::pod>("podAffinity"),
        field<&Affinity::pod_anti>("podAntiAffinity"),
    };
    static constexpr StructType type{"Affinity", fields};
    return type;
}

template <> const StructType& type_of<TopologySpreadConstraint>() {
    static constexpr Field fields[] = {
        field<&TopologySpreadConstraint::label_selector>("labelSelector"),
        field<&TopologySpreadConstraint::max_skew>("maxSkew"),
        field<&TopologySpreadConstraint::min_domains>("minDomains"),
        field<&TopologySpreadConstraint::topology_key>("topologyKey"),
        field<&TopologySpreadConstraint::when_unsatisfiable>("whenUnsatisfiable"),
    };
    static constexpr StructType type{"TopologySpreadConstraint", fields};
    return type;
}

template <> const StructType& type_of<NameReference>() {
    static constexpr Field fields[] = {
        field<&NameReference::name>("name"),
    };
    static constexpr StructType type{"NameReference", fields};
    return type;
}

template <> const StructType& type_of<ReadinessGate>() {
    static constexpr Field fields[] = {
        field<&ReadinessGate::condition_type>("conditionType"),
    };
    static constexpr StructType type{"ReadinessGate", fields};
    return type;
}

template <> const StructType& type_of<PodSpec>() {
    static constexpr Field fields[] = {
        field<&PodSpec::active_deadline_seconds>("activeDeadlineSeconds"),
        field<&PodSpec::affinity>("affinity"),
        field<&PodSpec::containers>("containers"),
        field<&PodSpec::dns_policy>("dnsPolicy"),
        field<&PodSpec::ephemeral_containers>("ephemeralContainers"),
        field<&PodSpec::host_network>("hostNetwork"),
        field<&PodSpec::hostname>("hostname"),
        field<&PodSpec::image_pull_secrets>("imagePullSecrets"),
        field<&PodSpec::init_containers>("initContainers"),
        field<&PodSpec::node_name>("nodeName"),
        field<&PodSpec::node_selector>("nodeSelector"),
        field<&PodSpec::overhead>("overhead"),
        field<&PodSpec::priority>("priority"),
        field<&PodSpec::priority_class_name>("priorityClassName"),
        field<&PodSpec::readiness_gates>("readinessGates"),
        field<&PodSpec::restart_policy>("restartPolicy"),
        field<&PodSpec::runtime_class_name>("runtimeClassName"),
        field<&PodSpec::scheduler_name>("schedulerName"),
        field<&PodSpec::scheduling_gates>("schedulingGates"),
        field<&PodSpec::security_context>("securityContext"),
        field<&PodSpec::service_account_name>("serviceAccountName"),
        field<&PodSpec::subdomain>("subdomain"),
        field<&PodSpec::termination_grace_period_seconds>("terminationGracePeriodSeconds"),
        field<&PodSpec::tolerations>("tolerations"),
        field<&PodSpec::topology_spread_constraints>("topologySpreadConstraints"),
        field<&PodSpec::volumes>("volumes"),
    };
    static constexpr StructType type{"PodSpec", fields};
    return type;
}

template <> const StructType& type_of<PodStatus>() {
    static constexpr Field fields[] = {
        field<&PodStatus::conditions>("conditions"),
        field<&PodStatus::container_statuses>("containerStatuses"),
        field<&PodStatus::ephemeral_container_statuses>("ephemeralContainerStatuses"),
        field<&PodStatus::host_ip>("hostIP"),
        field<&PodStatus::init_container_statuses>("initContainerStatuses"),
        unique_field<&PodStatus::message>("message"),
        field<&PodStatus::nominated_node_name>("nominatedNodeName"),
        field<&PodStatus::phase>("phase"),
        unique_field<&PodStatus::pod_ip>("podIP"),
        field<&PodStatus::qos_class>("qosClass"),
        field<&PodStatus::reason>("reason"),
        field<&PodStatus::start_time>("startTime"),
    };
    static constexpr StructType type{"PodStatus", fields};
    return type;
}

template <> const StructType& type_of<Pod>() {
    static constexpr Field fields[] = {
        field<&Pod::meta>("metadata"),
        field<&Pod::spec>("spec"),
        field<&Pod::status>("status"),
    };
    static constexpr StructType type{"Pod", fields};
    return type;
}

} // namespace kdiag::kube
