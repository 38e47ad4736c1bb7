// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/service.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ServicePort>() {
    static constexpr Field fields[] = {
        field<&ServicePort::app_protocol>("appProtocol", 6),
        field<&ServicePort::name>("name", 1),
        field<&ServicePort::node_port>("nodePort", 5),
        field<&ServicePort::port>("port", 3),
        field<&ServicePort::protocol>("protocol", 2),
        field<&ServicePort::target_port>("targetPort", 4),
    };
    static constexpr StructType type{"ServicePort", fields};
    return type;
}

template <> const StructType& type_of<ServiceSpec>() {
    static constexpr Field fields[] = {
        field<&ServiceSpec::cluster_ip>("clusterIP", 3),
        field<&ServiceSpec::external_ips>("externalIPs", 5),
        field<&ServiceSpec::external_name>("externalName", 10),
        field<&ServiceSpec::external_traffic_policy>("externalTrafficPolicy", 11),
        field<&ServiceSpec::internal_traffic_policy>("internalTrafficPolicy", 22),
        field<&ServiceSpec::ports>("ports", 1),
        field<&ServiceSpec::publish_not_ready_addresses>("publishNotReadyAddresses", 13),
        field<&ServiceSpec::selector>("selector", 2),
        field<&ServiceSpec::type>("type", 4),
    };
    static constexpr StructType type{"ServiceSpec", fields};
    return type;
}

template <> const StructType& type_of<LoadBalancerIngress>() {
    static constexpr Field fields[] = {
        field<&LoadBalancerIngress::hostname>("hostname", 2),
        field<&LoadBalancerIngress::ip>("ip", 1),
    };
    static constexpr StructType type{"LoadBalancerIngress", fields};
    return type;
}

template <> const StructType& type_of<LoadBalancerStatus>() {
    static constexpr Field fields[] = {
        field<&LoadBalancerStatus::ingress>("ingress", 1),
    };
    static constexpr StructType type{"LoadBalancerStatus", fields};
    return type;
}

template <> const StructType& type_of<ServiceStatus>() {
    static constexpr Field fields[] = {
        field<&ServiceStatus::load_balancer>("loadBalancer", 1),
    };
    static constexpr StructType type{"ServiceStatus", fields};
    return type;
}

template <> const StructType& type_of<Service>() {
    static constexpr Field fields[] = {
        field<&Service::meta>("metadata", 1),
        field<&Service::spec>("spec", 2),
        field<&Service::status>("status", 3),
    };
    static constexpr StructType type{"Service", fields};
    return type;
}

template <> const StructType& type_of<EndpointConditions>() {
    static constexpr Field fields[] = {
        field<&EndpointConditions::ready>("ready", 1),
        field<&EndpointConditions::serving>("serving", 2),
        field<&EndpointConditions::terminating>("terminating", 3),
    };
    static constexpr StructType type{"EndpointConditions", fields};
    return type;
}

template <> const StructType& type_of<EndpointTarget>() {
    static constexpr Field fields[] = {
        field<&EndpointTarget::kind>("kind", 1),
        unique_field<&EndpointTarget::name>("name", 3),
        field<&EndpointTarget::namespace_name>("namespace", 2),
    };
    static constexpr StructType type{"ObjectReference", fields};
    return type;
}

template <> const StructType& type_of<Endpoint>() {
    static constexpr Field fields[] = {
        field<&Endpoint::addresses>("addresses", 1),
        field<&Endpoint::conditions>("conditions", 2),
        field<&Endpoint::node_name>("nodeName", 6),
        field<&Endpoint::target_ref>("targetRef", 4),
    };
    static constexpr StructType type{"Endpoint", fields};
    return type;
}

template <> const StructType& type_of<EndpointPort>() {
    static constexpr Field fields[] = {
        field<&EndpointPort::name>("name", 1),
        field<&EndpointPort::port>("port", 3),
        field<&EndpointPort::protocol>("protocol", 2),
    };
    static constexpr StructType type{"EndpointPort", fields};
    return type;
}

template <> const StructType& type_of<EndpointSlice>() {
    static constexpr Field fields[] = {
        field<&EndpointSlice::address_type>("addressType", 4),
        field<&EndpointSlice::endpoints>("endpoints", 2),
        field<&EndpointSlice::meta>("metadata", 1),
        field<&EndpointSlice::ports>("ports", 3),
    };
    static constexpr StructType type{"EndpointSlice", fields};
    return type;
}

} // namespace kdiag::kube
