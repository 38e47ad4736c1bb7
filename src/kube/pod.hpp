// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

namespace kdiag::kube {

struct HttpGetAction {
    Text path, host, scheme;
    IntOrString port;
};
struct TcpSocketAction {
    Text host;
    IntOrString port;
};
struct GrpcAction {
    std::int64_t port = 0;
    Text service;
};
struct ExecAction {
    TextList command;
};

/// core/v1 Probe; the API server has filled in the defaults (period 10, timeout 1, success 1, failure 3).
struct Probe {
    Optional<HttpGetAction> http_get;
    Optional<TcpSocketAction> tcp_socket;
    Optional<GrpcAction> grpc;
    Optional<ExecAction> exec;
    std::int64_t initial_delay_seconds = 0;
    std::int64_t timeout_seconds = 1;
    std::int64_t period_seconds = 10;
    std::int64_t success_threshold = 1;
    std::int64_t failure_threshold = 3;
    std::optional<std::int64_t> termination_grace_period_seconds;
};

struct LifecycleHandler {
    Optional<ExecAction> exec;
    Optional<HttpGetAction> http_get;
    Optional<TcpSocketAction> tcp_socket;
};
struct Lifecycle {
    Optional<LifecycleHandler> post_start, pre_stop;
};

struct ContainerPort {
    Text name, protocol;
    std::int64_t container_port = 0, host_port = 0;
};

/// `configMapKeyRef` and `secretKeyRef`.
struct KeyReference {
    Text name, key;
    bool optional = false;
};
struct FieldReference {
    Text field_path;
};
struct EnvVarSource {
    Optional<KeyReference> config_map_key_ref, secret_key_ref;
    Optional<FieldReference> field_ref;
};
/// The literal value is not kept: it may be a secret.
struct EnvVar {
    Text name;
    Optional<EnvVarSource> value_from;
};
/// `configMapRef` and `secretRef` of envFrom.
struct ObjectSource {
    Text name;
    bool optional = false;
};
struct EnvFromSource {
    Text prefix;
    Optional<ObjectSource> config_map_ref, secret_ref;
};

struct ResourceRequirements {
    TextMap requests, limits; ///< quantities as the API wrote them
};

struct VolumeMount {
    Text name, mount_path, sub_path, sub_path_expr;
    bool read_only = false;
};

struct SecurityContext {
    std::optional<bool> run_as_non_root, read_only_root_filesystem, privileged, allow_privilege_escalation;
    std::optional<std::int64_t> run_as_user, run_as_group, fs_group;
};

struct Container {
    Text name, image, image_pull_policy, working_dir, restart_policy, termination_message_policy;
    TextList command, args;
    List<ContainerPort> ports;
    List<EnvVar> env;
    List<EnvFromSource> env_from;
    ResourceRequirements resources;
    List<VolumeMount> volume_mounts;
    Shared<Probe> liveness_probe, readiness_probe, startup_probe;
    Optional<Lifecycle> lifecycle;
    Optional<SecurityContext> security_context;
    /// Only of ephemeral containers.
    Text target_container_name;
};

struct KeyToPath {
    Text key, path;
};
struct ConfigMapVolume {
    Text name;
    List<KeyToPath> items;
    bool optional = false;
};
struct SecretVolume {
    Text secret_name;
    List<KeyToPath> items;
    bool optional = false;
};
struct ClaimVolume {
    Text claim_name;
    bool read_only = false;
};
struct HostPathVolume {
    Text path, type;
};
struct EmptyDirVolume {
    Text medium, size_limit;
};
struct CsiVolume {
    Text driver;
};
struct NfsVolume {
    Text server, path;
};
struct ServiceAccountTokenProjection {
    Text audience;
};
struct VolumeProjection {
    Optional<ConfigMapVolume> config_map; ///< name in `name`
    Optional<ConfigMapVolume> secret;     ///< a projected secret is named by `name` too
    Optional<ServiceAccountTokenProjection> service_account_token;
};
struct ProjectedVolume {
    List<VolumeProjection> sources;
};
struct EphemeralVolume {};
struct Volume {
    Text name;
    Optional<ConfigMapVolume> config_map;
    Optional<SecretVolume> secret;
    Optional<ClaimVolume> persistent_volume_claim;
    Optional<HostPathVolume> host_path;
    Optional<EmptyDirVolume> empty_dir;
    Optional<CsiVolume> csi;
    Optional<NfsVolume> nfs;
    Shared<ProjectedVolume> projected;
    Optional<EphemeralVolume> ephemeral; ///< the claim is named POD-VOLUME
};

struct Toleration {
    Text key, op, value, effect;
    std::optional<std::int64_t> toleration_seconds;
};

struct NodeSelectorTerm {
    List<LabelRequirement> match_expressions, match_fields;
};
struct NodeSelector {
    List<NodeSelectorTerm> terms;
};
struct NodeAffinity {
    Optional<NodeSelector> required;
};
struct PodAffinityTerm {
    Optional<LabelSelector> label_selector;
    Optional<LabelSelector> namespace_selector;
    TextList namespaces;
    Text topology_key;
};
struct PodAffinity {
    List<PodAffinityTerm> required;
};
struct Affinity {
    Optional<NodeAffinity> node;
    Optional<PodAffinity> pod, pod_anti;
};

struct TopologySpreadConstraint {
    std::int64_t max_skew = 1;
    std::optional<std::int64_t> min_domains;
    Text topology_key, when_unsatisfiable;
    Optional<LabelSelector> label_selector;
};

struct NameReference {
    Text name;
};
struct ReadinessGate {
    Text condition_type;
};

struct PodSpec {
    Text node_name, scheduler_name, service_account_name, restart_policy, priority_class_name, runtime_class_name, dns_policy, hostname, subdomain;
    TextMap node_selector;
    Optional<Affinity> affinity;
    List<Toleration> tolerations;
    List<TopologySpreadConstraint> topology_spread_constraints;
    List<NameReference> image_pull_secrets;
    List<NameReference> scheduling_gates;
    List<ReadinessGate> readiness_gates;
    List<Container> containers, init_containers, ephemeral_containers;
    List<Volume> volumes;
    Optional<SecurityContext> security_context;
    TextMap overhead;
    std::optional<std::int64_t> termination_grace_period_seconds, active_deadline_seconds, priority;
    bool host_network = false;
};

struct StateWaiting {
    Text reason, message;
};
struct StateRunning {
    Timestamp started_at;
};
struct StateTerminated {
    std::int64_t exit_code = 0, signal = 0;
    Text reason, message;
    Timestamp started_at, finished_at;
};
/// At most one is set; none means "waiting, not told why".
struct ContainerState {
    Optional<StateWaiting> waiting;
    std::optional<StateRunning> running;
    Optional<StateTerminated> terminated;
};
struct ContainerStatus {
    Text name, image, image_id;
    bool ready = false;
    std::optional<bool> started;
    std::int64_t restart_count = 0;
    ContainerState state, last_state;
};

struct PodStatus {
    Text phase, reason, message, host_ip, pod_ip, nominated_node_name, qos_class;
    Timestamp start_time;
    List<Condition> conditions;
    List<ContainerStatus> container_statuses, init_container_statuses, ephemeral_container_statuses;
};

struct Pod {
    static constexpr Text k_kind = "Pod";
    ObjectMeta meta;
    PodSpec spec;
    PodStatus status;
};

/// A line of a watch on pods, in JSON.
struct PodEvent {
    Text type; ///< ADDED, MODIFIED, DELETED or BOOKMARK; of ERROR the object is a metav1.Status
    Pod object;
};

} // namespace kdiag::kube
