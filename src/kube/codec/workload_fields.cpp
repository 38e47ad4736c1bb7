// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/workload.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<PodTemplate>() {
    static constexpr Field fields[] = {
        field<&PodTemplate::meta>("metadata"),
        field<&PodTemplate::spec>("spec"),
    };
    static constexpr StructType type{"PodTemplate", fields};
    return type;
}

template <> const StructType& type_of<RollingUpdate>() {
    static constexpr Field fields[] = {
        field<&RollingUpdate::max_surge>("maxSurge"),
        field<&RollingUpdate::max_unavailable>("maxUnavailable"),
        field<&RollingUpdate::partition>("partition"),
    };
    static constexpr StructType type{"RollingUpdate", fields};
    return type;
}

template <> const StructType& type_of<Strategy>() {
    static constexpr Field fields[] = {
        field<&Strategy::rolling_update>("rollingUpdate"),
        field<&Strategy::type>("type"),
    };
    static constexpr StructType type{"Strategy", fields};
    return type;
}

template <> const StructType& type_of<DeploymentSpec>() {
    static constexpr Field fields[] = {
        field<&DeploymentSpec::min_ready_seconds>("minReadySeconds"),
        field<&DeploymentSpec::paused>("paused"),
        field<&DeploymentSpec::progress_deadline_seconds>("progressDeadlineSeconds"),
        field<&DeploymentSpec::replicas>("replicas"),
        field<&DeploymentSpec::selector>("selector"),
        field<&DeploymentSpec::strategy>("strategy"),
        field<&DeploymentSpec::pod_template>("template"),
    };
    static constexpr StructType type{"DeploymentSpec", fields};
    return type;
}

template <> const StructType& type_of<ReplicaStatus>() {
    static constexpr Field fields[] = {
        field<&ReplicaStatus::available_replicas>("availableReplicas"),
        field<&ReplicaStatus::conditions>("conditions"),
        field<&ReplicaStatus::current_replicas>("currentReplicas"),
        field<&ReplicaStatus::current_revision>("currentRevision"),
        field<&ReplicaStatus::observed_generation>("observedGeneration"),
        field<&ReplicaStatus::ready_replicas>("readyReplicas"),
        field<&ReplicaStatus::replicas>("replicas"),
        field<&ReplicaStatus::unavailable_replicas>("unavailableReplicas"),
        field<&ReplicaStatus::update_revision>("updateRevision"),
        field<&ReplicaStatus::updated_replicas>("updatedReplicas"),
    };
    static constexpr StructType type{"ReplicaStatus", fields};
    return type;
}

template <> const StructType& type_of<Deployment>() {
    static constexpr Field fields[] = {
        field<&Deployment::meta>("metadata"),
        field<&Deployment::spec>("spec"),
        field<&Deployment::status>("status"),
    };
    static constexpr StructType type{"Deployment", fields};
    return type;
}

template <> const StructType& type_of<ReplicaSetSpec>() {
    static constexpr Field fields[] = {
        field<&ReplicaSetSpec::replicas>("replicas"),
        field<&ReplicaSetSpec::selector>("selector"),
        field<&ReplicaSetSpec::pod_template>("template"),
    };
    static constexpr StructType type{"ReplicaSetSpec", fields};
    return type;
}

template <> const StructType& type_of<ReplicaSet>() {
    static constexpr Field fields[] = {
        field<&ReplicaSet::meta>("metadata"),
        field<&ReplicaSet::spec>("spec"),
        field<&ReplicaSet::status>("status"),
    };
    static constexpr StructType type{"ReplicaSet", fields};
    return type;
}

template <> const StructType& type_of<ClaimTemplate>() {
    static constexpr Field fields[] = {
        field<&ClaimTemplate::meta>("metadata"),
    };
    static constexpr StructType type{"ClaimTemplate", fields};
    return type;
}

template <> const StructType& type_of<StatefulSetSpec>() {
    static constexpr Field fields[] = {
        field<&StatefulSetSpec::pod_management_policy>("podManagementPolicy"),
        field<&StatefulSetSpec::replicas>("replicas"),
        field<&StatefulSetSpec::selector>("selector"),
        field<&StatefulSetSpec::service_name>("serviceName"),
        field<&StatefulSetSpec::pod_template>("template"),
        field<&StatefulSetSpec::update_strategy>("updateStrategy"),
        field<&StatefulSetSpec::volume_claim_templates>("volumeClaimTemplates"),
    };
    static constexpr StructType type{"StatefulSetSpec", fields};
    return type;
}

template <> const StructType& type_of<StatefulSet>() {
    static constexpr Field fields[] = {
        field<&StatefulSet::meta>("metadata"),
        field<&StatefulSet::spec>("spec"),
        field<&StatefulSet::status>("status"),
    };
    static constexpr StructType type{"StatefulSet", fields};
    return type;
}

template <> const StructType& type_of<DaemonSetSpec>() {
    static constexpr Field fields[] = {
        field<&DaemonSetSpec::selector>("selector"),
        field<&DaemonSetSpec::pod_template>("template"),
        field<&DaemonSetSpec::update_strategy>("updateStrategy"),
    };
    static constexpr StructType type{"DaemonSetSpec", fields};
    return type;
}

template <> const StructType& type_of<DaemonSetStatus>() {
    static constexpr Field fields[] = {
        field<&DaemonSetStatus::conditions>("conditions"),
        field<&DaemonSetStatus::current_number_scheduled>("currentNumberScheduled"),
        field<&DaemonSetStatus::desired_number_scheduled>("desiredNumberScheduled"),
        field<&DaemonSetStatus::number_available>("numberAvailable"),
        field<&DaemonSetStatus::number_misscheduled>("numberMisscheduled"),
        field<&DaemonSetStatus::number_ready>("numberReady"),
        field<&DaemonSetStatus::number_unavailable>("numberUnavailable"),
        field<&DaemonSetStatus::observed_generation>("observedGeneration"),
        field<&DaemonSetStatus::updated_number_scheduled>("updatedNumberScheduled"),
    };
    static constexpr StructType type{"DaemonSetStatus", fields};
    return type;
}

template <> const StructType& type_of<DaemonSet>() {
    static constexpr Field fields[] = {
        field<&DaemonSet::meta>("metadata"),
        field<&DaemonSet::spec>("spec"),
        field<&DaemonSet::status>("status"),
    };
    static constexpr StructType type{"DaemonSet", fields};
    return type;
}

template <> const StructType& type_of<JobSpec>() {
    static constexpr Field fields[] = {
        field<&JobSpec::active_deadline_seconds>("activeDeadlineSeconds"),
        field<&JobSpec::backoff_limit>("backoffLimit"),
        field<&JobSpec::completion_mode>("completionMode"),
        field<&JobSpec::completions>("completions"),
        field<&JobSpec::parallelism>("parallelism"),
        field<&JobSpec::suspend>("suspend"),
        field<&JobSpec::pod_template>("template"),
    };
    static constexpr StructType type{"JobSpec", fields};
    return type;
}

template <> const StructType& type_of<JobStatus>() {
    static constexpr Field fields[] = {
        field<&JobStatus::active>("active"),
        field<&JobStatus::completion_time>("completionTime"),
        field<&JobStatus::conditions>("conditions"),
        field<&JobStatus::failed>("failed"),
        field<&JobStatus::start_time>("startTime"),
        field<&JobStatus::succeeded>("succeeded"),
    };
    static constexpr StructType type{"JobStatus", fields};
    return type;
}

template <> const StructType& type_of<Job>() {
    static constexpr Field fields[] = {
        field<&Job::meta>("metadata"),
        field<&Job::spec>("spec"),
        field<&Job::status>("status"),
    };
    static constexpr StructType type{"Job", fields};
    return type;
}

template <> const StructType& type_of<JobTemplate>() {
    static constexpr Field fields[] = {
        field<&JobTemplate::spec>("spec"),
    };
    static constexpr StructType type{"JobTemplate", fields};
    return type;
}

template <> const StructType& type_of<CronJobSpec>() {
    static constexpr Field fields[] = {
        field<&CronJobSpec::concurrency_policy>("concurrencyPolicy"),
        field<&CronJobSpec::job_template>("jobTemplate"),
        field<&CronJobSpec::schedule>("schedule"),
        field<&CronJobSpec::starting_deadline_seconds>("startingDeadlineSeconds"),
        field<&CronJobSpec::suspend>("suspend"),
        field<&CronJobSpec::time_zone>("timeZone"),
    };
    static constexpr StructType type{"CronJobSpec", fields};
    return type;
}

template <> const StructType& type_of<CronJobStatus>() {
    static constexpr Field fields[] = {
        field<&CronJobStatus::active>("active"),
        field<&CronJobStatus::last_schedule_time>("lastScheduleTime"),
        field<&CronJobStatus::last_successful_time>("lastSuccessfulTime"),
    };
    static constexpr StructType type{"CronJobStatus", fields};
    return type;
}

template <> const StructType& type_of<CronJob>() {
    static constexpr Field fields[] = {
        field<&CronJob::meta>("metadata"),
        field<&CronJob::spec>("spec"),
        field<&CronJob::status>("status"),
    };
    static constexpr StructType type{"CronJob", fields};
    return type;
}

} // namespace kdiag::kube
