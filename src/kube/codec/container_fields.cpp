// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/common_fields.hpp"
#include "kube/pod.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<HttpGetAction>() {
    static constexpr Field fields[] = {
        field<&HttpGetAction::host>("host", 3),
        field<&HttpGetAction::path>("path", 1),
        field<&HttpGetAction::port>("port", 2),
        field<&HttpGetAction::scheme>("scheme", 4),
    };
    static constexpr StructType type{"HTTPGetAction", fields};
    return type;
}

template <> const StructType& type_of<TcpSocketAction>() {
    static constexpr Field fields[] = {
        field<&TcpSocketAction::host>("host", 2),
        field<&TcpSocketAction::port>("port", 1),
    };
    static constexpr StructType type{"TCPSocketAction", fields};
    return type;
}

template <> const StructType& type_of<GrpcAction>() {
    static constexpr Field fields[] = {
        field<&GrpcAction::port>("port", 1),
        field<&GrpcAction::service>("service", 2),
    };
    static constexpr StructType type{"GRPCAction", fields};
    return type;
}

template <> const StructType& type_of<ExecAction>() {
    static constexpr Field fields[] = {
        field<&ExecAction::command>("command", 1),
    };
    static constexpr StructType type{"ExecAction", fields};
    return type;
}

namespace {

const StructType& probe_handler() {
    static constexpr Field fields[] = {
        field<&Probe::exec>("exec", 1),
        field<&Probe::grpc>("grpc", 4),
        field<&Probe::http_get>("httpGet", 2),
        field<&Probe::tcp_socket>("tcpSocket", 3),
    };
    static constexpr StructType type{"ProbeHandler", fields};
    return type;
}

template <auto Name> const StructType& local_object_reference() {
    static constexpr Field fields[] = {
        field<Name>("name", 1),
    };
    static constexpr StructType type{"LocalObjectReference", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<Probe>() {
    static constexpr Field fields[] = {
        embedded_field(1, &probe_handler),
        field<&Probe::failure_threshold>("failureThreshold", 6),
        field<&Probe::initial_delay_seconds>("initialDelaySeconds", 2),
        field<&Probe::period_seconds>("periodSeconds", 4),
        field<&Probe::success_threshold>("successThreshold", 5),
        field<&Probe::termination_grace_period_seconds>("terminationGracePeriodSeconds", 7),
        field<&Probe::timeout_seconds>("timeoutSeconds", 3),
    };
    static constexpr StructType type{"Probe", fields};
    return type;
}

template <> const StructType& type_of<LifecycleHandler>() {
    static constexpr Field fields[] = {
        field<&LifecycleHandler::exec>("exec", 1),
        field<&LifecycleHandler::http_get>("httpGet", 2),
        field<&LifecycleHandler::tcp_socket>("tcpSocket", 3),
    };
    static constexpr StructType type{"LifecycleHandler", fields};
    return type;
}

template <> const StructType& type_of<Lifecycle>() {
    static constexpr Field fields[] = {
        field<&Lifecycle::post_start>("postStart", 1),
        field<&Lifecycle::pre_stop>("preStop", 2),
    };
    static constexpr StructType type{"Lifecycle", fields};
    return type;
}

template <> const StructType& type_of<ContainerPort>() {
    static constexpr Field fields[] = {
        field<&ContainerPort::container_port>("containerPort", 3),
        field<&ContainerPort::host_port>("hostPort", 2),
        field<&ContainerPort::name>("name", 1),
        field<&ContainerPort::protocol>("protocol", 4),
    };
    static constexpr StructType type{"ContainerPort", fields};
    return type;
}

template <> const StructType& type_of<KeyReference>() {
    static constexpr Field fields[] = {
        field<&KeyReference::key>("key", 2),
        embedded_field(1, &local_object_reference<&KeyReference::name>),
        field<&KeyReference::optional>("optional", 3),
    };
    static constexpr StructType type{"ConfigMapKeySelector", fields};
    return type;
}

template <> const StructType& type_of<FieldReference>() {
    static constexpr Field fields[] = {
        field<&FieldReference::field_path>("fieldPath", 2),
    };
    static constexpr StructType type{"ObjectFieldSelector", fields};
    return type;
}

template <> const StructType& type_of<EnvVarSource>() {
    static constexpr Field fields[] = {
        field<&EnvVarSource::config_map_key_ref>("configMapKeyRef", 3),
        field<&EnvVarSource::field_ref>("fieldRef", 1),
        field<&EnvVarSource::secret_key_ref>("secretKeyRef", 4),
    };
    static constexpr StructType type{"EnvVarSource", fields};
    return type;
}

template <> const StructType& type_of<EnvVar>() {
    static constexpr Field fields[] = {
        field<&EnvVar::name>("name", 1),
        field<&EnvVar::value_from>("valueFrom", 3),
    };
    static constexpr StructType type{"EnvVar", fields};
    return type;
}

template <> const StructType& type_of<ObjectSource>() {
    static constexpr Field fields[] = {
        embedded_field(1, &local_object_reference<&ObjectSource::name>),
        field<&ObjectSource::optional>("optional", 2),
    };
    static constexpr StructType type{"ConfigMapEnvSource", fields};
    return type;
}

template <> const StructType& type_of<EnvFromSource>() {
    static constexpr Field fields[] = {
        field<&EnvFromSource::config_map_ref>("configMapRef", 2),
        field<&EnvFromSource::prefix>("prefix", 1),
        field<&EnvFromSource::secret_ref>("secretRef", 3),
    };
    static constexpr StructType type{"EnvFromSource", fields};
    return type;
}

template <> const StructType& type_of<ResourceRequirements>() {
    static constexpr Field fields[] = {
        quantity_field<&ResourceRequirements::limits>("limits", 1),
        quantity_field<&ResourceRequirements::requests>("requests", 2),
    };
    static constexpr StructType type{"ResourceRequirements", fields};
    return type;
}

template <> const StructType& type_of<VolumeMount>() {
    static constexpr Field fields[] = {
        field<&VolumeMount::mount_path>("mountPath", 3),
        volume_name_field<&VolumeMount::name>("name", 1),
        field<&VolumeMount::read_only>("readOnly", 2),
        field<&VolumeMount::sub_path>("subPath", 4),
        field<&VolumeMount::sub_path_expr>("subPathExpr", 6),
    };
    static constexpr StructType type{"VolumeMount", fields};
    return type;
}

template <> const StructType& type_of<SecurityContext>() {
    static constexpr Field fields[] = {
        field<&SecurityContext::allow_privilege_escalation>("allowPrivilegeEscalation", 7),
        field<&SecurityContext::privileged>("privileged", 2),
        field<&SecurityContext::read_only_root_filesystem>("readOnlyRootFilesystem", 6),
        field<&SecurityContext::run_as_group>("runAsGroup", 8),
        field<&SecurityContext::run_as_non_root>("runAsNonRoot", 5),
        field<&SecurityContext::run_as_user>("runAsUser", 4),
    };
    static constexpr StructType type{"SecurityContext", fields};
    return type;
}

const StructType& pod_security_context() {
    static constexpr Field fields[] = {
        field<&SecurityContext::fs_group>("fsGroup", 5),
        field<&SecurityContext::run_as_group>("runAsGroup", 6),
        field<&SecurityContext::run_as_non_root>("runAsNonRoot", 3),
        field<&SecurityContext::run_as_user>("runAsUser", 2),
    };
    static constexpr StructType type{"PodSecurityContext", fields};
    return type;
}

template <> const StructType& type_of<Container>() {
    static constexpr Field fields[] = {
        field<&Container::args>("args", 4),
        field<&Container::command>("command", 3),
        shared_field<&Container::env>("env", 7),
        field<&Container::env_from>("envFrom", 19),
        field<&Container::image>("image", 2),
        field<&Container::image_pull_policy>("imagePullPolicy", 14),
        field<&Container::lifecycle>("lifecycle", 12),
        shared_field<&Container::liveness_probe>("livenessProbe", 10),
        field<&Container::name>("name", 1),
        shared_field<&Container::ports>("ports", 6),
        shared_field<&Container::readiness_probe>("readinessProbe", 11),
        field<&Container::resources>("resources", 8),
        field<&Container::restart_policy>("restartPolicy", 24),
        field<&Container::security_context>("securityContext", 15),
        shared_field<&Container::startup_probe>("startupProbe", 22),
        field<&Container::termination_message_policy>("terminationMessagePolicy", 20),
        field<&Container::volume_mounts>("volumeMounts", 9),
        field<&Container::working_dir>("workingDir", 5),
    };
    static constexpr StructType type{"Container", fields};
    return type;
}

const StructType& ephemeral_container() {
    static constexpr Field fields[] = {
        embedded_field(1, &type_of<Container>),
        field<&Container::target_container_name>("targetContainerName", 2),
    };
    static constexpr StructType type{"EphemeralContainer", fields};
    return type;
}

template <> const StructType& type_of<StateWaiting>() {
    static constexpr Field fields[] = {
        unique_field<&StateWaiting::message>("message", 2),
        field<&StateWaiting::reason>("reason", 1),
    };
    static constexpr StructType type{"ContainerStateWaiting", fields};
    return type;
}

template <> const StructType& type_of<StateRunning>() {
    static constexpr Field fields[] = {
        field<&StateRunning::started_at>("startedAt", 1),
    };
    static constexpr StructType type{"ContainerStateRunning", fields};
    return type;
}

template <> const StructType& type_of<StateTerminated>() {
    static constexpr Field fields[] = {
        field<&StateTerminated::exit_code>("exitCode", 1),
        field<&StateTerminated::finished_at>("finishedAt", 6),
        unique_field<&StateTerminated::message>("message", 4),
        field<&StateTerminated::reason>("reason", 3),
        field<&StateTerminated::signal>("signal", 2),
        field<&StateTerminated::started_at>("startedAt", 5),
    };
    static constexpr StructType type{"ContainerStateTerminated", fields};
    return type;
}

template <> const StructType& type_of<ContainerState>() {
    static constexpr Field fields[] = {
        field<&ContainerState::running>("running", 2),
        field<&ContainerState::terminated>("terminated", 3),
        field<&ContainerState::waiting>("waiting", 1),
    };
    static constexpr StructType type{"ContainerState", fields};
    return type;
}

template <> const StructType& type_of<ContainerStatus>() {
    static constexpr Field fields[] = {
        field<&ContainerStatus::image>("image", 6),
        field<&ContainerStatus::image_id>("imageID", 7),
        field<&ContainerStatus::last_state>("lastState", 3),
        field<&ContainerStatus::name>("name", 1),
        field<&ContainerStatus::ready>("ready", 4),
        field<&ContainerStatus::restart_count>("restartCount", 5),
        field<&ContainerStatus::started>("started", 9),
        field<&ContainerStatus::state>("state", 2),
    };
    static constexpr StructType type{"ContainerStatus", fields};
    return type;
}

} // namespace kdiag::kube
