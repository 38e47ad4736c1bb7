// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

namespace kdiag::kube {

struct ServicePort {
    Text name, protocol, app_protocol;
    std::int64_t port = 0, node_port = 0;
    IntOrString target_port;
};
struct ServiceSpec {
    Text type, cluster_ip, external_name, external_traffic_policy, internal_traffic_policy;
    TextMap selector;
    List<ServicePort> ports;
    TextList external_ips;
    bool publish_not_ready_addresses = false;
};
struct LoadBalancerIngress {
    Text ip, hostname;
};
struct LoadBalancerStatus {
    List<LoadBalancerIngress> ingress;
};
struct ServiceStatus {
    LoadBalancerStatus load_balancer;
};
struct Service {
    static constexpr Text k_kind = "Service";
    ObjectMeta meta;
    ServiceSpec spec;
    ServiceStatus status;
};

struct EndpointConditions {
    std::optional<bool> ready, serving, terminating; ///< an absent `ready` means true
};
struct EndpointTarget {
    Text kind, namespace_name, name;
};
struct Endpoint {
    TextList addresses;
    EndpointConditions conditions;
    Optional<EndpointTarget> target_ref;
    Text node_name;
};
struct EndpointPort {
    Text name, protocol;
    std::optional<std::int64_t> port;
};
/// discovery.k8s.io/v1; its Service is the label `kubernetes.io/service-name`.
struct EndpointSlice {
    static constexpr Text k_kind = "EndpointSlice";
    ObjectMeta meta;
    Text address_type;
    List<Endpoint> endpoints;
    List<EndpointPort> ports;
};

struct BackendPort {
    Text name;
    std::int64_t number = 0;
};
struct BackendService {
    Text name;
    BackendPort port;
};
struct BackendResource {
    Text api_group, kind, name;
};
struct IngressBackend {
    Optional<BackendService> service;
    Optional<BackendResource> resource;
};
struct IngressPath {
    Text path, path_type;
    IngressBackend backend;
};
struct IngressHttp {
    List<IngressPath> paths;
};
struct IngressRule {
    Text host;
    Optional<IngressHttp> http;
};
struct IngressTls {
    TextList hosts;
    Text secret_name;
};
struct IngressSpec {
    Text ingress_class_name;
    Optional<IngressBackend> default_backend;
    List<IngressRule> rules;
    List<IngressTls> tls;
};
struct IngressStatus {
    LoadBalancerStatus load_balancer;
};
struct Ingress {
    static constexpr Text k_kind = "Ingress";
    ObjectMeta meta;
    IngressSpec spec;
    IngressStatus status;
};

struct IngressClassSpec {
    Text controller;
};
struct IngressClass {
    static constexpr Text k_kind = "IngressClass";
    ObjectMeta meta;
    IngressClassSpec spec;
};

struct NetworkPolicyPort {
    Text protocol;
    IntOrString port;
    std::optional<std::int64_t> end_port;
};
struct IpBlock {
    Text cidr;
};
struct NetworkPolicyPeer {
    Optional<LabelSelector> pod_selector, namespace_selector;
    Optional<IpBlock> ip_block;
};
struct NetworkPolicyRule {
    List<NetworkPolicyPort> ports;
    List<NetworkPolicyPeer> peers; ///< `from` of ingress rules, `to` of egress rules
};
struct NetworkPolicySpec {
    LabelSelector pod_selector;
    TextList policy_types;
    List<NetworkPolicyRule> ingress, egress;
};
struct NetworkPolicy {
    static constexpr Text k_kind = "NetworkPolicy";
    ObjectMeta meta;
    NetworkPolicySpec spec;
};

} // namespace kdiag::kube
