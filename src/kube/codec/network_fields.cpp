// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/service.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<BackendPort>() {
    static constexpr Field fields[] = {
        field<&BackendPort::name>("name", 1),
        field<&BackendPort::number>("number", 2),
    };
    static constexpr StructType type{"ServiceBackendPort", fields};
    return type;
}

template <> const StructType& type_of<BackendService>() {
    static constexpr Field fields[] = {
        field<&BackendService::name>("name", 1),
        field<&BackendService::port>("port", 2),
    };
    static constexpr StructType type{"IngressServiceBackend", fields};
    return type;
}

template <> const StructType& type_of<BackendResource>() {
    static constexpr Field fields[] = {
        field<&BackendResource::api_group>("apiGroup", 1),
        field<&BackendResource::kind>("kind", 2),
        field<&BackendResource::name>("name", 3),
    };
    static constexpr StructType type{"TypedLocalObjectReference", fields};
    return type;
}

template <> const StructType& type_of<IngressBackend>() {
    static constexpr Field fields[] = {
        field<&IngressBackend::resource>("resource", 3),
        field<&IngressBackend::service>("service", 4),
    };
    static constexpr StructType type{"IngressBackend", fields};
    return type;
}

template <> const StructType& type_of<IngressPath>() {
    static constexpr Field fields[] = {
        field<&IngressPath::backend>("backend", 2),
        field<&IngressPath::path>("path", 1),
        field<&IngressPath::path_type>("pathType", 3),
    };
    static constexpr StructType type{"HTTPIngressPath", fields};
    return type;
}

template <> const StructType& type_of<IngressHttp>() {
    static constexpr Field fields[] = {
        field<&IngressHttp::paths>("paths", 1),
    };
    static constexpr StructType type{"HTTPIngressRuleValue", fields};
    return type;
}

namespace {

const StructType& ingress_rule_value() {
    static constexpr Field fields[] = {
        field<&IngressRule::http>("http", 1),
    };
    static constexpr StructType type{"IngressRuleValue", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<IngressRule>() {
    static constexpr Field fields[] = {
        field<&IngressRule::host>("host", 1),
        embedded_field(2, &ingress_rule_value),
    };
    static constexpr StructType type{"IngressRule", fields};
    return type;
}

template <> const StructType& type_of<IngressTls>() {
    static constexpr Field fields[] = {
        field<&IngressTls::hosts>("hosts", 1),
        field<&IngressTls::secret_name>("secretName", 2),
    };
    static constexpr StructType type{"IngressTLS", fields};
    return type;
}

template <> const StructType& type_of<IngressSpec>() {
    static constexpr Field fields[] = {
        field<&IngressSpec::default_backend>("defaultBackend", 1),
        field<&IngressSpec::ingress_class_name>("ingressClassName", 4),
        field<&IngressSpec::rules>("rules", 3),
        field<&IngressSpec::tls>("tls", 2),
    };
    static constexpr StructType type{"IngressSpec", fields};
    return type;
}

template <> const StructType& type_of<IngressStatus>() {
    static constexpr Field fields[] = {
        field<&IngressStatus::load_balancer>("loadBalancer", 1),
    };
    static constexpr StructType type{"IngressStatus", fields};
    return type;
}

template <> const StructType& type_of<Ingress>() {
    static constexpr Field fields[] = {
        field<&Ingress::meta>("metadata", 1),
        field<&Ingress::spec>("spec", 2),
        field<&Ingress::status>("status", 3),
    };
    static constexpr StructType type{"Ingress", fields};
    return type;
}

template <> const StructType& type_of<IngressClassSpec>() {
    static constexpr Field fields[] = {
        field<&IngressClassSpec::controller>("controller", 1),
    };
    static constexpr StructType type{"IngressClassSpec", fields};
    return type;
}

template <> const StructType& type_of<IngressClass>() {
    static constexpr Field fields[] = {
        field<&IngressClass::meta>("metadata", 1),
        field<&IngressClass::spec>("spec", 2),
    };
    static constexpr StructType type{"IngressClass", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicyPort>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicyPort::end_port>("endPort", 3),
        field<&NetworkPolicyPort::port>("port", 2),
        field<&NetworkPolicyPort::protocol>("protocol", 1),
    };
    static constexpr StructType type{"NetworkPolicyPort", fields};
    return type;
}

template <> const StructType& type_of<IpBlock>() {
    static constexpr Field fields[] = {
        field<&IpBlock::cidr>("cidr", 1),
    };
    static constexpr StructType type{"IPBlock", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicyPeer>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicyPeer::ip_block>("ipBlock", 3),
        field<&NetworkPolicyPeer::namespace_selector>("namespaceSelector", 2),
        field<&NetworkPolicyPeer::pod_selector>("podSelector", 1),
    };
    static constexpr StructType type{"NetworkPolicyPeer", fields};
    return type;
}

namespace {

const StructType& ingress_rule() {
    static constexpr Field fields[] = {
        field<&NetworkPolicyRule::peers>("from", 2),
        field<&NetworkPolicyRule::ports>("ports", 1),
    };
    static constexpr StructType type{"NetworkPolicyIngressRule", fields};
    return type;
}

const StructType& egress_rule() {
    static constexpr Field fields[] = {
        field<&NetworkPolicyRule::ports>("ports", 1),
        field<&NetworkPolicyRule::peers>("to", 2),
    };
    static constexpr StructType type{"NetworkPolicyEgressRule", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<NetworkPolicySpec>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicySpec::egress>("egress", 3, &egress_rule),
        field<&NetworkPolicySpec::ingress>("ingress", 2, &ingress_rule),
        field<&NetworkPolicySpec::pod_selector>("podSelector", 1),
        field<&NetworkPolicySpec::policy_types>("policyTypes", 4),
    };
    static constexpr StructType type{"NetworkPolicySpec", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicy>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicy::meta>("metadata", 1),
        field<&NetworkPolicy::spec>("spec", 2),
    };
    static constexpr StructType type{"NetworkPolicy", fields};
    return type;
}

} // namespace kdiag::kube
