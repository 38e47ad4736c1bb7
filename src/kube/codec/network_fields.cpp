// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/service.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<BackendPort>() {
    static constexpr Field fields[] = {
        field<&BackendPort::name>("name"),
        field<&BackendPort::number>("number"),
    };
    static constexpr StructType type{"BackendPort", fields};
    return type;
}

template <> const StructType& type_of<BackendService>() {
    static constexpr Field fields[] = {
        field<&BackendService::name>("name"),
        field<&BackendService::port>("port"),
    };
    static constexpr StructType type{"BackendService", fields};
    return type;
}

template <> const StructType& type_of<BackendResource>() {
    static constexpr Field fields[] = {
        field<&BackendResource::api_group>("apiGroup"),
        field<&BackendResource::kind>("kind"),
        field<&BackendResource::name>("name"),
    };
    static constexpr StructType type{"BackendResource", fields};
    return type;
}

template <> const StructType& type_of<IngressBackend>() {
    static constexpr Field fields[] = {
        field<&IngressBackend::resource>("resource"),
        field<&IngressBackend::service>("service"),
    };
    static constexpr StructType type{"IngressBackend", fields};
    return type;
}

template <> const StructType& type_of<IngressPath>() {
    static constexpr Field fields[] = {
        field<&IngressPath::backend>("backend"),
        field<&IngressPath::path>("path"),
        field<&IngressPath::path_type>("pathType"),
    };
    static constexpr StructType type{"IngressPath", fields};
    return type;
}

template <> const StructType& type_of<IngressHttp>() {
    static constexpr Field fields[] = {
        field<&IngressHttp::paths>("paths"),
    };
    static constexpr StructType type{"IngressHttp", fields};
    return type;
}

template <> const StructType& type_of<IngressRule>() {
    static constexpr Field fields[] = {
        field<&IngressRule::host>("host"),
        field<&IngressRule::http>("http"),
    };
    static constexpr StructType type{"IngressRule", fields};
    return type;
}

template <> const StructType& type_of<IngressTls>() {
    static constexpr Field fields[] = {
        field<&IngressTls::hosts>("hosts"),
        field<&IngressTls::secret_name>("secretName"),
    };
    static constexpr StructType type{"IngressTls", fields};
    return type;
}

template <> const StructType& type_of<IngressSpec>() {
    static constexpr Field fields[] = {
        field<&IngressSpec::default_backend>("defaultBackend"),
        field<&IngressSpec::ingress_class_name>("ingressClassName"),
        field<&IngressSpec::rules>("rules"),
        field<&IngressSpec::tls>("tls"),
    };
    static constexpr StructType type{"IngressSpec", fields};
    return type;
}

template <> const StructType& type_of<IngressStatus>() {
    static constexpr Field fields[] = {
        field<&IngressStatus::load_balancer>("loadBalancer"),
    };
    static constexpr StructType type{"IngressStatus", fields};
    return type;
}

template <> const StructType& type_of<Ingress>() {
    static constexpr Field fields[] = {
        field<&Ingress::meta>("metadata"),
        field<&Ingress::spec>("spec"),
        field<&Ingress::status>("status"),
    };
    static constexpr StructType type{"Ingress", fields};
    return type;
}

template <> const StructType& type_of<IngressClassSpec>() {
    static constexpr Field fields[] = {
        field<&IngressClassSpec::controller>("controller"),
    };
    static constexpr StructType type{"IngressClassSpec", fields};
    return type;
}

template <> const StructType& type_of<IngressClass>() {
    static constexpr Field fields[] = {
        field<&IngressClass::meta>("metadata"),
        field<&IngressClass::spec>("spec"),
    };
    static constexpr StructType type{"IngressClass", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicyPort>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicyPort::end_port>("endPort"),
        field<&NetworkPolicyPort::port>("port"),
        field<&NetworkPolicyPort::protocol>("protocol"),
    };
    static constexpr StructType type{"NetworkPolicyPort", fields};
    return type;
}

template <> const StructType& type_of<IpBlock>() {
    static constexpr Field fields[] = {
        field<&IpBlock::cidr>("cidr"),
    };
    static constexpr StructType type{"IpBlock", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicyPeer>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicyPeer::ip_block>("ipBlock"),
        field<&NetworkPolicyPeer::namespace_selector>("namespaceSelector"),
        field<&NetworkPolicyPeer::pod_selector>("podSelector"),
    };
    static constexpr StructType type{"NetworkPolicyPeer", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicyRule>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicyRule::peers>("from"),
        field<&NetworkPolicyRule::ports>("ports"),
        field<&NetworkPolicyRule::peers>("to"),
    };
    static constexpr StructType type{"NetworkPolicyRule", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicySpec>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicySpec::egress>("egress"),
        field<&NetworkPolicySpec::ingress>("ingress"),
        field<&NetworkPolicySpec::pod_selector>("podSelector"),
        field<&NetworkPolicySpec::policy_types>("policyTypes"),
    };
    static constexpr StructType type{"NetworkPolicySpec", fields};
    return type;
}

template <> const StructType& type_of<NetworkPolicy>() {
    static constexpr Field fields[] = {
        field<&NetworkPolicy::meta>("metadata"),
        field<&NetworkPolicy::spec>("spec"),
    };
    static constexpr StructType type{"NetworkPolicy", fields};
    return type;
}

} // namespace kdiag::kube
