// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/common_fields.hpp"
#include "kube/workload.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<PodTemplate>() {
    static constexpr Field fields[] = {
        field<&PodTemplate::meta>("metadata", 1),
        field<&PodTemplate::spec>("spec", 2),
    };
    static constexpr StructType type{"PodTemplateSpec", fields};
    return type;
}

template <> const StructType& type_of<RollingUpdate>() {
    static constexpr Field fields[] = {
        field<&RollingUpdate::max_surge>("maxSurge", 2),
        field<&RollingUpdate::max_unavailable>("maxUnavailable", 1),
    };
    static constexpr StructType type{"RollingUpdateDeployment", fields};
    return type;
}

template <> const StructType& type_of<Strategy>() {
    static constexpr Field fields[] = {
        field<&Strategy::rolling_update>("rollingUpdate", 2),
        field<&Strategy::type>("type", 1),
    };
    static constexpr StructType type{"DeploymentStrategy", fields};
    return type;
}

template <> const StructType& type_of<DeploymentSpec>() {
    static constexpr Field fields[] = {
        field<&DeploymentSpec::min_ready_seconds>("minReadySeconds", 5),
        field<&DeploymentSpec::paused>("paused", 7),
        field<&DeploymentSpec::progress_deadline_seconds>("progressDeadlineSeconds", 9),
        field<&DeploymentSpec::replicas>("replicas", 1),
        field<&DeploymentSpec::selector>("selector", 2),
        field<&DeploymentSpec::strategy>("strategy", 4),
        field<&DeploymentSpec::pod_template>("template", 3),
    };
    static constexpr StructType type{"DeploymentSpec", fields};
    return type;
}

namespace {

const StructType& deployment_status() {
    static constexpr Field fields[] = {
        field<&ReplicaStatus::available_replicas>("availableReplicas", 4),
        field<&ReplicaStatus::conditions>("conditions", 6, &deployment_condition),
        field<&ReplicaStatus::observed_generation>("observedGeneration", 1),
        field<&ReplicaStatus::ready_replicas>("readyReplicas", 7),
        field<&ReplicaStatus::replicas>("replicas", 2),
        field<&ReplicaStatus::unavailable_replicas>("unavailableReplicas", 5),
        field<&ReplicaStatus::updated_replicas>("updatedReplicas", 3),
    };
    static constexpr StructType type{"DeploymentStatus", fields};
    return type;
}

const StructType& replica_set_status() {
    static constexpr Field fields[] = {
        field<&ReplicaStatus::available_replicas>("availableReplicas", 5),
        field<&ReplicaStatus::conditions>("conditions", 6, &workload_condition),
        field<&ReplicaStatus::observed_generation>("observedGeneration", 3),
        field<&ReplicaStatus::ready_replicas>("readyReplicas", 4),
        field<&ReplicaStatus::replicas>("replicas", 1),
    };
    static constexpr StructType type{"ReplicaSetStatus", fields};
    return type;
}

const StructType& stateful_set_status() {
    static constexpr Field fields[] = {
        field<&ReplicaStatus::available_replicas>("availableReplicas", 11),
        field<&ReplicaStatus::conditions>("conditions", 10, &workload_condition),
        field<&ReplicaStatus::current_replicas>("currentReplicas", 4),
        field<&ReplicaStatus::current_revision>("currentRevision", 6),
        field<&ReplicaStatus::observed_generation>("observedGeneration", 1),
        field<&ReplicaStatus::ready_replicas>("readyReplicas", 3),
        field<&ReplicaStatus::replicas>("replicas", 2),
        field<&ReplicaStatus::update_revision>("updateRevision", 7),
        field<&ReplicaStatus::updated_replicas>("updatedReplicas", 5),
    };
    static constexpr StructType type{"StatefulSetStatus", fields};
    return type;
}

const StructType& stateful_set_rolling_update() {
    static constexpr Field fields[] = {
        field<&RollingUpdate::max_unavailable>("maxUnavailable", 2),
        field<&RollingUpdate::partition>("partition", 1),
    };
    static constexpr StructType type{"RollingUpdateStatefulSetStrategy", fields};
    return type;
}

const StructType& stateful_set_strategy() {
    static constexpr Field fields[] = {
        field<&Strategy::rolling_update>("rollingUpdate", 2, &stateful_set_rolling_update),
        field<&Strategy::type>("type", 1),
    };
    static constexpr StructType type{"StatefulSetUpdateStrategy", fields};
    return type;
}

/// An ObjectReference of which name, namespace and uid are kept.
const StructType& reference() {
    static constexpr Field fields[] = {
        unique_field<&ObjectMeta::name>("name", 3),
        field<&ObjectMeta::namespace_name>("namespace", 2),
        unique_field<&ObjectMeta::uid>("uid", 4),
    };
    static constexpr StructType type{"ObjectReference", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<Deployment>() {
    static constexpr Field fields[] = {
        field<&Deployment::meta>("metadata", 1),
        field<&Deployment::spec>("spec", 2),
        field<&Deployment::status>("status", 3, &deployment_status),
    };
    static constexpr StructType type{"Deployment", fields};
    return type;
}

template <> const StructType& type_of<ReplicaSetSpec>() {
    static constexpr Field fields[] = {
        field<&ReplicaSetSpec::replicas>("replicas", 1),
        field<&ReplicaSetSpec::selector>("selector", 2),
        field<&ReplicaSetSpec::pod_template>("template", 3),
    };
    static constexpr StructType type{"ReplicaSetSpec", fields};
    return type;
}

template <> const StructType& type_of<ReplicaSet>() {
    static constexpr Field fields[] = {
        field<&ReplicaSet::meta>("metadata", 1),
        field<&ReplicaSet::spec>("spec", 2),
        field<&ReplicaSet::status>("status", 3, &replica_set_status),
    };
    static constexpr StructType type{"ReplicaSet", fields};
    return type;
}

template <> const StructType& type_of<ClaimTemplate>() {
    static constexpr Field fields[] = {
        field<&ClaimTemplate::meta>("metadata", 1),
    };
    static constexpr StructType type{"PersistentVolumeClaim", fields};
    return type;
}

template <> const StructType& type_of<StatefulSetSpec>() {
    static constexpr Field fields[] = {
        field<&StatefulSetSpec::pod_management_policy>("podManagementPolicy", 6),
        field<&StatefulSetSpec::replicas>("replicas", 1),
        field<&StatefulSetSpec::selector>("selector", 2),
        field<&StatefulSetSpec::service_name>("serviceName", 5),
        field<&StatefulSetSpec::pod_template>("template", 3),
        field<&StatefulSetSpec::update_strategy>("updateStrategy", 7, &stateful_set_strategy),
        field<&StatefulSetSpec::volume_claim_templates>("volumeClaimTemplates", 4),
    };
    static constexpr StructType type{"StatefulSetSpec", fields};
    return type;
}

template <> const StructType& type_of<StatefulSet>() {
    static constexpr Field fields[] = {
        field<&StatefulSet::meta>("metadata", 1),
        field<&StatefulSet::spec>("spec", 2),
        field<&StatefulSet::status>("status", 3, &stateful_set_status),
    };
    static constexpr StructType type{"StatefulSet", fields};
    return type;
}

template <> const StructType& type_of<DaemonSetSpec>() {
    static constexpr Field fields[] = {
        field<&DaemonSetSpec::selector>("selector", 1),
        field<&DaemonSetSpec::pod_template>("template", 2),
        field<&DaemonSetSpec::update_strategy>("updateStrategy", 3),
    };
    static constexpr StructType type{"DaemonSetSpec", fields};
    return type;
}

template <> const StructType& type_of<DaemonSetStatus>() {
    static constexpr Field fields[] = {
        field<&DaemonSetStatus::conditions>("conditions", 10, &workload_condition),
        field<&DaemonSetStatus::current_number_scheduled>("currentNumberScheduled", 1),
        field<&DaemonSetStatus::desired_number_scheduled>("desiredNumberScheduled", 3),
        field<&DaemonSetStatus::number_available>("numberAvailable", 7),
        field<&DaemonSetStatus::number_misscheduled>("numberMisscheduled", 2),
        field<&DaemonSetStatus::number_ready>("numberReady", 4),
        field<&DaemonSetStatus::number_unavailable>("numberUnavailable", 8),
        field<&DaemonSetStatus::observed_generation>("observedGeneration", 5),
        field<&DaemonSetStatus::updated_number_scheduled>("updatedNumberScheduled", 6),
    };
    static constexpr StructType type{"DaemonSetStatus", fields};
    return type;
}

template <> const StructType& type_of<DaemonSet>() {
    static constexpr Field fields[] = {
        field<&DaemonSet::meta>("metadata", 1),
        field<&DaemonSet::spec>("spec", 2),
        field<&DaemonSet::status>("status", 3),
    };
    static constexpr StructType type{"DaemonSet", fields};
    return type;
}

template <> const StructType& type_of<JobSpec>() {
    static constexpr Field fields[] = {
        field<&JobSpec::active_deadline_seconds>("activeDeadlineSeconds", 3),
        field<&JobSpec::backoff_limit>("backoffLimit", 7),
        field<&JobSpec::completion_mode>("completionMode", 9),
        field<&JobSpec::completions>("completions", 2),
        field<&JobSpec::parallelism>("parallelism", 1),
        field<&JobSpec::suspend>("suspend", 10),
        field<&JobSpec::pod_template>("template", 6),
    };
    static constexpr StructType type{"JobSpec", fields};
    return type;
}

template <> const StructType& type_of<JobStatus>() {
    static constexpr Field fields[] = {
        field<&JobStatus::active>("active", 4),
        field<&JobStatus::completion_time>("completionTime", 3),
        field<&JobStatus::conditions>("conditions", 1, &probed_condition),
        field<&JobStatus::failed>("failed", 6),
        field<&JobStatus::start_time>("startTime", 2),
        field<&JobStatus::succeeded>("succeeded", 5),
    };
    static constexpr StructType type{"JobStatus", fields};
    return type;
}

template <> const StructType& type_of<Job>() {
    static constexpr Field fields[] = {
        field<&Job::meta>("metadata", 1),
        field<&Job::spec>("spec", 2),
        field<&Job::status>("status", 3),
    };
    static constexpr StructType type{"Job", fields};
    return type;
}

template <> const StructType& type_of<JobTemplate>() {
    static constexpr Field fields[] = {
        field<&JobTemplate::spec>("spec", 2),
    };
    static constexpr StructType type{"JobTemplateSpec", fields};
    return type;
}

template <> const StructType& type_of<CronJobSpec>() {
    static constexpr Field fields[] = {
        field<&CronJobSpec::concurrency_policy>("concurrencyPolicy", 3),
        field<&CronJobSpec::job_template>("jobTemplate", 5),
        field<&CronJobSpec::schedule>("schedule", 1),
        field<&CronJobSpec::starting_deadline_seconds>("startingDeadlineSeconds", 2),
        field<&CronJobSpec::suspend>("suspend", 4),
        field<&CronJobSpec::time_zone>("timeZone", 8),
    };
    static constexpr StructType type{"CronJobSpec", fields};
    return type;
}

template <> const StructType& type_of<CronJobStatus>() {
    static constexpr Field fields[] = {
        field<&CronJobStatus::active>("active", 1, &reference),
        field<&CronJobStatus::last_schedule_time>("lastScheduleTime", 4),
        field<&CronJobStatus::last_successful_time>("lastSuccessfulTime", 5),
    };
    static constexpr StructType type{"CronJobStatus", fields};
    return type;
}

template <> const StructType& type_of<CronJob>() {
    static constexpr Field fields[] = {
        field<&CronJob::meta>("metadata", 1),
        field<&CronJob::spec>("spec", 2),
        field<&CronJob::status>("status", 3),
    };
    static constexpr StructType type{"CronJob", fields};
    return type;
}

} // namespace kdiag::kube
