// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/pod.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<HttpGetAction>() {
    static constexpr Field fields[] = {
        field<&HttpGetAction::host>("host"),
        field<&HttpGetAction::path>("path"),
        field<&HttpGetAction::port>("port"),
        field<&HttpGetAction::scheme>("scheme"),
    };
    static constexpr StructType type{"HttpGetAction", fields};
    return type;
}

template <> const StructType& type_of<TcpSocketAction>() {
    static constexpr Field fields[] = {
        field<&TcpSocketAction::host>("host"),
        field<&TcpSocketAction::port>("port"),
    };
    static constexpr StructType type{"TcpSocketAction", fields};
    return type;
}

template <> const StructType& type_of<GrpcAction>() {
    static constexpr Field fields[] = {
        field<&GrpcAction::port>("port"),
        field<&GrpcAction::service>("service"),
    };
    static constexpr StructType type{"GrpcAction", fields};
    return type;
}

template <> const StructType& type_of<ExecAction>() {
    static constexpr Field fields[] = {
        field<&ExecAction::command>("command"),
    };
    static constexpr StructType type{"ExecAction", fields};
    return type;
}

template <> const StructType& type_of<Probe>() {
    static constexpr Field fields[] = {
        field<&Probe::exec>("exec"),
        field<&Probe::failure_threshold>("failureThreshold"),
        field<&Probe::grpc>("grpc"),
        field<&Probe::http_get>("httpGet"),
        field<&Probe::initial_delay_seconds>("initialDelaySeconds"),
        field<&Probe::period_seconds>("periodSeconds"),
        field<&Probe::success_threshold>("successThreshold"),
        field<&Probe::tcp_socket>("tcpSocket"),
        field<&Probe::termination_grace_period_seconds>("terminationGracePeriodSeconds"),
        field<&Probe::timeout_seconds>("timeoutSeconds"),
    };
    static constexpr StructType type{"Probe", fields};
    return type;
}

template <> const StructType& type_of<LifecycleHandler>() {
    static constexpr Field fields[] = {
        field<&LifecycleHandler::exec>("exec"),
        field<&LifecycleHandler::http_get>("httpGet"),
        field<&LifecycleHandler::tcp_socket>("tcpSocket"),
    };
    static constexpr StructType type{"LifecycleHandler", fields};
    return type;
}

template <> const StructType& type_of<Lifecycle>() {
    static constexpr Field fields[] = {
        field<&Lifecycle::post_start>("postStart"),
        field<&Lifecycle::pre_stop>("preStop"),
    };
    static constexpr StructType type{"Lifecycle", fields};
    return type;
}

template <> const StructType& type_of<ContainerPort>() {
    static constexpr Field fields[] = {
        field<&ContainerPort::container_port>("containerPort"),
        field<&ContainerPort::host_port>("hostPort"),
        field<&ContainerPort::name>("name"),
        field<&ContainerPort::protocol>("protocol"),
    };
    static constexpr StructType type{"ContainerPort", fields};
    return type;
}

template <> const StructType& type_of<KeyReference>() {
    static constexpr Field fields[] = {
        field<&KeyReference::key>("key"),
        field<&KeyReference::name>("name"),
        field<&KeyReference::optional>("optional"),
    };
    static constexpr StructType type{"KeyReference", fields};
    return type;
}

template <> const StructType& type_of<FieldReference>() {
    static constexpr Field fields[] = {
        field<&FieldReference::field_path>("fieldPath"),
    };
    static constexpr StructType type{"FieldReference", fields};
    return type;
}

template <> const StructType& type_of<EnvVarSource>() {
    static constexpr Field fields[] = {
        field<&EnvVarSource::config_map_key_ref>("configMapKeyRef"),
        field<&EnvVarSource::field_ref>("fieldRef"),
        field<&EnvVarSource::secret_key_ref>("secretKeyRef"),
    };
    static constexpr StructType type{"EnvVarSource", fields};
    return type;
}

template <> const StructType& type_of<EnvVar>() {
    static constexpr Field fields[] = {
        field<&EnvVar::name>("name"),
        field<&EnvVar::value_from>("valueFrom"),
    };
    static constexpr StructType type{"EnvVar", fields};
    return type;
}

template <> const StructType& type_of<ObjectSource>() {
    static constexpr Field fields[] = {
        field<&ObjectSource::name>("name"),
        field<&ObjectSource::optional>("optional"),
    };
    static constexpr StructType type{"ObjectSource", fields};
    return type;
}

template <> const StructType& type_of<EnvFromSource>() {
    static constexpr Field fields[] = {
        field<&EnvFromSource::config_map_ref>("configMapRef"),
        field<&EnvFromSource::prefix>("prefix"),
        field<&EnvFromSource::secret_ref>("secretRef"),
    };
    static constexpr StructType type{"EnvFromSource", fields};
    return type;
}

template <> const StructType& type_of<ResourceRequirements>() {
    static constexpr Field fields[] = {
        field<&ResourceRequirements::limits>("limits"),
        field<&ResourceRequirements::requests>("requests"),
    };
    static constexpr StructType type{"ResourceRequirements", fields};
    return type;
}

template <> const StructType& type_of<VolumeMount>() {
    static constexpr Field fields[] = {
        field<&VolumeMount::mount_path>("mountPath"),
        field<&VolumeMount::name>("name"),
        field<&VolumeMount::read_only>("readOnly"),
        field<&VolumeMount::sub_path>("subPath"),
        field<&VolumeMount::sub_path_expr>("subPathExpr"),
    };
    static constexpr StructType type{"VolumeMount", fields};
    return type;
}

template <> const StructType& type_of<SecurityContext>() {
    static constexpr Field fields[] = {
        field<&SecurityContext::allow_privilege_escalation>("allowPrivilegeEscalation"),
        field<&SecurityContext::fs_group>("fsGroup"),
        field<&SecurityContext::privileged>("privileged"),
        field<&SecurityContext::read_only_root_filesystem>("readOnlyRootFilesystem"),
        field<&SecurityContext::run_as_group>("runAsGroup"),
        field<&SecurityContext::run_as_non_root>("runAsNonRoot"),
        field<&SecurityContext::run_as_user>("runAsUser"),
    };
    static constexpr StructType type{"SecurityContext", fields};
    return type;
}

template <> const StructType& type_of<Container>() {
    static constexpr Field fields[] = {
        field<&Container::args>("args"),
        field<&Container::command>("command"),
        field<&Container::env>("env"),
        field<&Container::env_from>("envFrom"),
        field<&Container::image>("image"),
        field<&Container::image_pull_policy>("imagePullPolicy"),
        field<&Container::lifecycle>("lifecycle"),
        field<&Container::liveness_probe>("livenessProbe"),
        field<&Container::name>("name"),
        field<&Container::ports>("ports"),
        field<&Container::readiness_probe>("readinessProbe"),
        field<&Container::resources>("resources"),
        field<&Container::restart_policy>("restartPolicy"),
        field<&Container::security_context>("securityContext"),
        field<&Container::startup_probe>("startupProbe"),
        field<&Container::target_container_name>("targetContainerName"),
        field<&Container::termination_message_policy>("terminationMessagePolicy"),
        field<&Container::volume_mounts>("volumeMounts"),
        field<&Container::working_dir>("workingDir"),
    };
    static constexpr StructType type{"Container", fields};
    return type;
}

template <> const StructType& type_of<StateWaiting>() {
    static constexpr Field fields[] = {
        unique_field<&StateWaiting::message>("message"),
        field<&StateWaiting::reason>("reason"),
    };
    static constexpr StructType type{"StateWaiting", fields};
    return type;
}

template <> const StructType& type_of<StateRunning>() {
    static constexpr Field fields[] = {
        field<&StateRunning::started_at>("startedAt"),
    };
    static constexpr StructType type{"StateRunning", fields};
    return type;
}

template <> const StructType& type_of<StateTerminated>() {
    static constexpr Field fields[] = {
        field<&StateTerminated::exit_code>("exitCode"),
        field<&StateTerminated::finished_at>("finishedAt"),
        unique_field<&StateTerminated::message>("message"),
        field<&StateTerminated::reason>("reason"),
        field<&StateTerminated::signal>("signal"),
        field<&StateTerminated::started_at>("startedAt"),
    };
    static constexpr StructType type{"StateTerminated", fields};
    return type;
}

template <> const StructType& type_of<ContainerState>() {
    static constexpr Field fields[] = {
        field<&ContainerState::running>("running"),
        field<&ContainerState::terminated>("terminated"),
        field<&ContainerState::waiting>("waiting"),
    };
    static constexpr StructType type{"ContainerState", fields};
    return type;
}

template <> const StructType& type_of<ContainerStatus>() {
    static constexpr Field fields[] = {
        field<&ContainerStatus::image>("image"),
        field<&ContainerStatus::image_id>("imageID"),
        field<&ContainerStatus::last_state>("lastState"),
        field<&ContainerStatus::name>("name"),
        field<&ContainerStatus::ready>("ready"),
        field<&ContainerStatus::restart_count>("restartCount"),
        field<&ContainerStatus::started>("started"),
        field<&ContainerStatus::state>("state"),
    };
    static constexpr StructType type{"ContainerStatus", fields};
    return type;
}

} // namespace kdiag::kube
