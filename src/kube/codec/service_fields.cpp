// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/service.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ServicePort>() {
    static constexpr Field fields[] = {
        field<&ServicePort::app_protocol>("appProtocol"),
        field<&ServicePort::name>("name"),
        field<&ServicePort::node_port>("nodePort"),
        field<&ServicePort::port>("port"),
        field<&ServicePort::protocol>("protocol"),
        field<&ServicePort::target_port>("targetPort"),
    };
    static constexpr StructType type{"ServicePort", fields};
    return type;
}

template <> const StructType& type_of<ServiceSpec>() {
    static constexpr Field fields[] = {
        field<&ServiceSpec::cluster_ip>("clusterIP"),
        field<&ServiceSpec::external_ips>("externalIPs"),
        field<&ServiceSpec::external_name>("externalName"),
        field<&ServiceSpec::external_traffic_policy>("externalTrafficPolicy"),
        field<&ServiceSpec::internal_traffic_policy>("internalTrafficPolicy"),
        field<&ServiceSpec::ports>("ports"),
        field<&ServiceSpec::publish_not_ready_addresses>("publishNotReadyAddresses"),
        field<&ServiceSpec::selector>("selector"),
        field<&ServiceSpec::type>("type"),
    };
    static constexpr StructType type{"ServiceSpec", fields};
    return type;
}

template <> const StructType& type_of<LoadBalancerIngress>() {
    static constexpr Field fields[] = {
        field<&LoadBalancerIngress::hostname>("hostname"),
        field<&LoadBalancerIngress::ip>("ip"),
    };
    static constexpr StructType type{"LoadBalancerIngress", fields};
    return type;
}

template <> const StructType& type_of<LoadBalancerStatus>() {
    static constexpr Field fields[] = {
        field<&LoadBalancerStatus::ingress>("ingress"),
    };
    static constexpr StructType type{"LoadBalancerStatus", fields};
    return type;
}

template <> const StructType& type_of<ServiceStatus>() {
    static constexpr Field fields[] = {
        field<&ServiceStatus::load_balancer>("loadBalancer"),
    };
    static constexpr StructType type{"ServiceStatus", fields};
    return type;
}

template <> const StructType& type_of<Service>() {
    static constexpr Field fields[] = {
        field<&Service::meta>("metadata"),
        field<&Service::spec>("spec"),
        field<&Service::status>("status"),
    };
    static constexpr StructType type{"Service", fields};
    return type;
}

template <> const StructType& type_of<EndpointConditions>() {
    static constexpr Field fields[] = {
        field<&EndpointConditions::ready>("ready"),
        field<&EndpointConditions::serving>("serving"),
        field<&EndpointConditions::terminating>("terminating"),
    };
    static constexpr StructType type{"EndpointConditions", fields};
    return type;
}

template <> const StructType& type_of<EndpointTarget>() {
    static constexpr Field fields[] = {
        field<&EndpointTarget::kind>("kind"),
        unique_field<&EndpointTarget::name>("name"),
        field<&EndpointTarget::namespace_name>("namespace"),
    };
    static constexpr StructType type{"EndpointTarget", fields};
    return type;
}

template <> const StructType& type_of<Endpoint>() {
    static constexpr Field fields[] = {
        field<&Endpoint::addresses>("addresses"),
        field<&Endpoint::conditions>("conditions"),
        field<&Endpoint::node_name>("nodeName"),
        field<&Endpoint::target_ref>("targetRef"),
    };
    static constexpr StructType type{"Endpoint", fields};
    return type;
}

template <> const StructType& type_of<EndpointPort>() {
    static constexpr Field fields[] = {
        field<&EndpointPort::name>("name"),
        field<&EndpointPort::port>("port"),
        field<&EndpointPort::protocol>("protocol"),
    };
    static constexpr StructType type{"EndpointPort", fields};
    return type;
}

template <> const StructType& type_of<EndpointSlice>() {
    static constexpr Field fields[] = {
        field<&EndpointSlice::address_type>("addressType"),
        field<&EndpointSlice::endpoints>("endpoints"),
        field<&EndpointSlice::meta>("metadata"),
        field<&EndpointSlice::ports>("ports"),
    };
    static constexpr StructType type{"EndpointSlice", fields};
    return type;
}

} // namespace kdiag::kube
