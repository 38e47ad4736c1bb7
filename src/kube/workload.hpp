// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"

namespace kdiag::kube {

struct PodTemplate {
    ObjectMeta meta; ///< labels and annotations only
    PodSpec spec;
};

struct RollingUpdate {
    IntOrString max_unavailable, max_surge, partition;
};
struct Strategy {
    Text type;
    Optional<RollingUpdate> rolling_update;
};

struct DeploymentSpec {
    std::optional<std::int64_t> replicas;
    LabelSelector selector;
    PodTemplate pod_template;
    Strategy strategy;
    bool paused = false;
    std::optional<std::int64_t> progress_deadline_seconds;
    std::int64_t min_ready_seconds = 0;
};
/// One shape for Deployment, ReplicaSet and StatefulSet; a kind leaves what it does not have at 0.
struct ReplicaStatus {
    std::int64_t observed_generation = 0, replicas = 0, ready_replicas = 0, available_replicas = 0, updated_replicas = 0,
                 unavailable_replicas = 0, current_replicas = 0;
    Text current_revision, update_revision;
    List<Condition> conditions;
};
struct Deployment {
    static constexpr Text k_kind = "Deployment";
    ObjectMeta meta;
    DeploymentSpec spec;
    ReplicaStatus status;
};

struct ReplicaSetSpec {
    std::optional<std::int64_t> replicas;
    LabelSelector selector;
    PodTemplate pod_template;
};
struct ReplicaSet {
    static constexpr Text k_kind = "ReplicaSet";
    ObjectMeta meta;
    ReplicaSetSpec spec;
    ReplicaStatus status;
};

struct ClaimTemplate {
    ObjectMeta meta;
};
struct StatefulSetSpec {
    std::optional<std::int64_t> replicas;
    LabelSelector selector;
    PodTemplate pod_template;
    Text service_name, pod_management_policy;
    Strategy update_strategy;
    List<ClaimTemplate> volume_claim_templates;
};
struct StatefulSet {
    static constexpr Text k_kind = "StatefulSet";
    ObjectMeta meta;
    StatefulSetSpec spec;
    ReplicaStatus status;
};

struct DaemonSetSpec {
    LabelSelector selector;
    PodTemplate pod_template;
    Strategy update_strategy;
};
struct DaemonSetStatus {
    std::int64_t observed_generation = 0, desired_number_scheduled = 0, current_number_scheduled = 0, number_ready = 0, number_available = 0,
                 number_unavailable = 0, number_misscheduled = 0, updated_number_scheduled = 0;
    List<Condition> conditions;
};
struct DaemonSet {
    static constexpr Text k_kind = "DaemonSet";
    ObjectMeta meta;
    DaemonSetSpec spec;
    DaemonSetStatus status;
};

struct JobSpec {
    std::optional<std::int64_t> parallelism, completions, backoff_limit, active_deadline_seconds;
    bool suspend = false;
    Text completion_mode;
    PodTemplate pod_template;
};
struct JobStatus {
    std::int64_t active = 0, succeeded = 0, failed = 0;
    Timestamp start_time, completion_time;
    List<Condition> conditions;
};
struct Job {
    static constexpr Text k_kind = "Job";
    ObjectMeta meta;
    JobSpec spec;
    JobStatus status;
};

struct JobTemplate {
    JobSpec spec;
};
struct CronJobSpec {
    Text schedule, time_zone, concurrency_policy;
    bool suspend = false;
    std::optional<std::int64_t> starting_deadline_seconds;
    JobTemplate job_template;
};
struct CronJobStatus {
    Timestamp last_schedule_time, last_successful_time;
    List<ObjectMeta> active; ///< references; only name and uid are set
};
struct CronJob {
    static constexpr Text k_kind = "CronJob";
    ObjectMeta meta;
    CronJobSpec spec;
    CronJobStatus status;
};

struct ScaleTargetReference {
    Text api_version, kind, name;
};
struct HorizontalPodAutoscalerSpec {
    ScaleTargetReference scale_target_ref;
    std::optional<std::int64_t> min_replicas;
    std::int64_t max_replicas = 0;
};
struct HorizontalPodAutoscalerStatus {
    std::int64_t current_replicas = 0, desired_replicas = 0;
    List<Condition> conditions;
};
struct HorizontalPodAutoscaler {
    static constexpr Text k_kind = "HorizontalPodAutoscaler";
    ObjectMeta meta;
    HorizontalPodAutoscalerSpec spec;
    HorizontalPodAutoscalerStatus status;
};

struct PodDisruptionBudgetSpec {
    Optional<LabelSelector> selector;
    IntOrString min_available, max_unavailable;
};
struct PodDisruptionBudgetStatus {
    std::int64_t disruptions_allowed = 0, current_healthy = 0, desired_healthy = 0, expected_pods = 0;
    List<Condition> conditions;
};
struct PodDisruptionBudget {
    static constexpr Text k_kind = "PodDisruptionBudget";
    ObjectMeta meta;
    PodDisruptionBudgetSpec spec;
    PodDisruptionBudgetStatus status;
};

} // namespace kdiag::kube
