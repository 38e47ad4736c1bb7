// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/common_fields.hpp"
#include "kube/pod.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<Toleration>() {
    static constexpr Field fields[] = {
        field<&Toleration::effect>("effect", 4),
        field<&Toleration::key>("key", 1),
        field<&Toleration::op>("operator", 2),
        field<&Toleration::toleration_seconds>("tolerationSeconds", 5),
        field<&Toleration::value>("value", 3),
    };
    static constexpr StructType type{"Toleration", fields};
    return type;
}

template <> const StructType& type_of<NodeSelectorTerm>() {
    static constexpr Field fields[] = {
        field<&NodeSelectorTerm::match_expressions>("matchExpressions", 1),
        field<&NodeSelectorTerm::match_fields>("matchFields", 2),
    };
    static constexpr StructType type{"NodeSelectorTerm", fields};
    return type;
}

template <> const StructType& type_of<NodeSelector>() {
    static constexpr Field fields[] = {
        field<&NodeSelector::terms>("nodeSelectorTerms", 1),
    };
    static constexpr StructType type{"NodeSelector", fields};
    return type;
}

template <> const StructType& type_of<NodeAffinity>() {
    static constexpr Field fields[] = {
        field<&NodeAffinity::required>("requiredDuringSchedulingIgnoredDuringExecution", 1),
    };
    static constexpr StructType type{"NodeAffinity", fields};
    return type;
}

template <> const StructType& type_of<PodAffinityTerm>() {
    static constexpr Field fields[] = {
        field<&PodAffinityTerm::label_selector>("labelSelector", 1),
        field<&PodAffinityTerm::namespace_selector>("namespaceSelector", 4),
        field<&PodAffinityTerm::namespaces>("namespaces", 2),
        field<&PodAffinityTerm::topology_key>("topologyKey", 3),
    };
    static constexpr StructType type{"PodAffinityTerm", fields};
    return type;
}

template <> const StructType& type_of<PodAffinity>() {
    static constexpr Field fields[] = {
        field<&PodAffinity::required>("requiredDuringSchedulingIgnoredDuringExecution", 1),
    };
    static constexpr StructType type{"PodAffinity", fields};
    return type;
}

template <> const StructType& type_of<Affinity>() {
    static constexpr Field fields[] = {
        field<&Affinity::node>("nodeAffinity", 1),
        field<&Affinity::pod>("podAffinity", 2),
        field<&Affinity::pod_anti>("podAntiAffinity", 3),
    };
    static constexpr StructType type{"Affinity", fields};
    return type;
}

template <> const StructType& type_of<TopologySpreadConstraint>() {
    static constexpr Field fields[] = {
        field<&TopologySpreadConstraint::label_selector>("labelSelector", 4),
        field<&TopologySpreadConstraint::max_skew>("maxSkew", 1),
        field<&TopologySpreadConstraint::min_domains>("minDomains", 5),
        field<&TopologySpreadConstraint::topology_key>("topologyKey", 2),
        field<&TopologySpreadConstraint::when_unsatisfiable>("whenUnsatisfiable", 3),
    };
    static constexpr StructType type{"TopologySpreadConstraint", fields};
    return type;
}

template <> const StructType& type_of<NameReference>() {
    static constexpr Field fields[] = {
        field<&NameReference::name>("name", 1),
    };
    static constexpr StructType type{"LocalObjectReference", fields};
    return type;
}

template <> const StructType& type_of<ReadinessGate>() {
    static constexpr Field fields[] = {
        field<&ReadinessGate::condition_type>("conditionType", 1),
    };
    static constexpr StructType type{"PodReadinessGate", fields};
    return type;
}

template <> const StructType& type_of<PodSpec>() {
    static constexpr Field fields[] = {
        field<&PodSpec::active_deadline_seconds>("activeDeadlineSeconds", 5),
        field<&PodSpec::affinity>("affinity", 18),
        shared_field<&PodSpec::containers>("containers", 2),
        field<&PodSpec::dns_policy>("dnsPolicy", 6),
        field<&PodSpec::ephemeral_containers>("ephemeralContainers", 34, &ephemeral_container),
        field<&PodSpec::host_network>("hostNetwork", 11),
        field<&PodSpec::hostname>("hostname", 16),
        field<&PodSpec::image_pull_secrets>("imagePullSecrets", 15),
        shared_field<&PodSpec::init_containers>("initContainers", 20),
        field<&PodSpec::node_name>("nodeName", 10),
        shared_field<&PodSpec::node_selector>("nodeSelector", 7),
        quantity_field<&PodSpec::overhead>("overhead", 32),
        field<&PodSpec::priority>("priority", 25),
        field<&PodSpec::priority_class_name>("priorityClassName", 24),
        field<&PodSpec::readiness_gates>("readinessGates", 28),
        field<&PodSpec::restart_policy>("restartPolicy", 3),
        field<&PodSpec::runtime_class_name>("runtimeClassName", 29),
        field<&PodSpec::scheduler_name>("schedulerName", 19),
        field<&PodSpec::scheduling_gates>("schedulingGates", 38),
        field<&PodSpec::security_context>("securityContext", 14, &pod_security_context),
        field<&PodSpec::service_account_name>("serviceAccountName", 8),
        field<&PodSpec::subdomain>("subdomain", 17),
        field<&PodSpec::termination_grace_period_seconds>("terminationGracePeriodSeconds", 4),
        shared_field<&PodSpec::tolerations>("tolerations", 22),
        field<&PodSpec::topology_spread_constraints>("topologySpreadConstraints", 33),
        shared_field<&PodSpec::volumes>("volumes", 1),
    };
    static constexpr StructType type{"PodSpec", fields};
    return type;
}

template <> const StructType& type_of<PodStatus>() {
    static constexpr Field fields[] = {
        shared_field<&PodStatus::conditions>("conditions", 2, &probed_condition),
        field<&PodStatus::container_statuses>("containerStatuses", 8),
        field<&PodStatus::ephemeral_container_statuses>("ephemeralContainerStatuses", 13),
        field<&PodStatus::host_ip>("hostIP", 5),
        field<&PodStatus::init_container_statuses>("initContainerStatuses", 10),
        unique_field<&PodStatus::message>("message", 3),
        field<&PodStatus::nominated_node_name>("nominatedNodeName", 11),
        field<&PodStatus::phase>("phase", 1),
        unique_field<&PodStatus::pod_ip>("podIP", 6),
        field<&PodStatus::qos_class>("qosClass", 9),
        field<&PodStatus::reason>("reason", 4),
        field<&PodStatus::start_time>("startTime", 7),
    };
    static constexpr StructType type{"PodStatus", fields};
    return type;
}

template <> const StructType& type_of<Pod>() {
    static constexpr Field fields[] = {
        field<&Pod::meta>("metadata", 1),
        field<&Pod::spec>("spec", 2),
        field<&Pod::status>("status", 3),
    };
    static constexpr StructType type{"Pod", fields};
    return type;
}

template <> const StructType& type_of<PodEvent>() {
    static constexpr Field fields[] = {
        field<&PodEvent::object>("object", k_json_only),
        field<&PodEvent::type>("type", k_json_only),
    };
    static constexpr StructType type{"PodEvent", fields};
    return type;
}

} // namespace kdiag::kube
