// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/known_fields.hpp"

#include <algorithm>
#include <iterator>

namespace kdiag::kube {

namespace {

struct KnownType {
    std::string_view name;
    /// Names of fields, separated by blanks; `name:Type` where the field's own fields are known too.
    std::string_view fields;
};

// From the OpenAPI documents of Kubernetes 1.30 and 1.37 (api/v1, apis/apps/v1, apis/batch/v1); rare volume sources are left out,
// and so nothing is said about what is inside them.
constexpr KnownType k_types[] = {
    {"Pod", "apiVersion kind metadata spec:PodSpec status"},
    {"PodSpec",
     "activeDeadlineSeconds affinity:Affinity automountServiceAccountToken containers:Container dnsConfig:PodDNSConfig "
     "dnsPolicy enableServiceLinks ephemeralContainers:EphemeralContainer evictionResponders:EvictionResponder "
     "hostAliases:HostAlias hostIPC hostNetwork hostPID hostUsers hostname hostnameOverride "
     "imagePullSecrets:LocalObjectReference initContainers:Container nodeName nodeSelector os:PodOS overhead "
     "preemptionPolicy priority priorityClassName readinessGates:PodReadinessGate resourceClaims:PodResourceClaim "
     "resources:ResourceRequirements restartPolicy runtimeClassName schedulerName schedulingGates:PodSchedulingGate "
     "schedulingGroup:PodSchedulingGroup securityContext:PodSecurityContext serviceAccount serviceAccountName "
     "setHostnameAsFQDN shareProcessNamespace subdomain terminationGracePeriodSeconds tolerations:Toleration "
     "topologySpreadConstraints:TopologySpreadConstraint volumes:Volume"},
    {"Affinity", "nodeAffinity:NodeAffinity podAffinity:PodAffinity podAntiAffinity:PodAntiAffinity"},
    {"NodeAffinity",
     "preferredDuringSchedulingIgnoredDuringExecution:PreferredSchedulingTerm "
     "requiredDuringSchedulingIgnoredDuringExecution:NodeSelector"},
    {"PreferredSchedulingTerm", "preference:NodeSelectorTerm weight"},
    {"NodeSelectorTerm", "matchExpressions:NodeSelectorRequirement matchFields:NodeSelectorRequirement"},
    {"NodeSelectorRequirement", "key operator values"},
    {"NodeSelector", "nodeSelectorTerms:NodeSelectorTerm"},
    {"PodAffinity",
     "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm "
     "requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm"},
    {"WeightedPodAffinityTerm", "podAffinityTerm:PodAffinityTerm weight"},
    {"PodAffinityTerm", "labelSelector:LabelSelector matchLabelKeys mismatchLabelKeys namespaceSelector:LabelSelector namespaces topologyKey"},
    {"LabelSelector", "matchExpressions:LabelSelectorRequirement matchLabels"},
    {"LabelSelectorRequirement", "key operator values"},
    {"PodAntiAffinity",
     "preferredDuringSchedulingIgnoredDuringExecution:WeightedPodAffinityTerm "
     "requiredDuringSchedulingIgnoredDuringExecution:PodAffinityTerm"},
    {"Container",
     "args command env:EnvVar envFrom:EnvFromSource image imagePullPolicy lifecycle:Lifecycle livenessProbe:Probe name "
     "ports:ContainerPort readinessProbe:Probe resizePolicy:ContainerResizePolicy resources:ResourceRequirements "
     "restartPolicy restartPolicyRules:ContainerRestartRule securityContext:SecurityContext startupProbe:Probe stdin "
     "stdinOnce terminationMessagePath terminationMessagePolicy tty volumeDevices:VolumeDevice volumeMounts:VolumeMount "
     "workingDir"},
    {"EnvVar", "name value valueFrom:EnvVarSource"},
    {"EnvVarSource",
     "configMapKeyRef:ConfigMapKeySelector fieldRef:ObjectFieldSelector fileKeyRef:FileKeySelector "
     "resourceFieldRef:ResourceFieldSelector secretKeyRef:SecretKeySelector"},
    {"ConfigMapKeySelector", "key name optional"},
    {"ObjectFieldSelector", "apiVersion fieldPath"},
    {"FileKeySelector", "key optional path volumeName"},
    {"ResourceFieldSelector", "containerName divisor resource"},
    {"SecretKeySelector", "key name optional"},
    {"EnvFromSource", "configMapRef:ConfigMapEnvSource prefix secretRef:SecretEnvSource"},
    {"ConfigMapEnvSource", "name optional"},
    {"SecretEnvSource", "name optional"},
    {"Lifecycle", "postStart:LifecycleHandler preStop:LifecycleHandler stopSignal"},
    {"LifecycleHandler", "exec:ExecAction httpGet:HTTPGetAction sleep:SleepAction tcpSocket:TCPSocketAction"},
    {"ExecAction", "command"},
    {"HTTPGetAction", "host httpHeaders:HTTPHeader path port protocol scheme"},
    {"HTTPHeader", "name value"},
    {"SleepAction", "seconds"},
    {"TCPSocketAction", "host port"},
    {"Probe",
     "exec:ExecAction failureThreshold grpc:GRPCAction httpGet:HTTPGetAction initialDelaySeconds periodSeconds "
     "successThreshold tcpSocket:TCPSocketAction terminationGracePeriodSeconds timeoutSeconds"},
    {"GRPCAction", "mode port service"},
    {"ContainerPort", "containerPort hostIP hostPort name protocol"},
    {"ContainerResizePolicy", "resourceName restartPolicy"},
    {"ResourceRequirements", "claims:ResourceClaim limits requests"},
    {"ResourceClaim", "name request"},
    {"ContainerRestartRule", "action exitCodes:ContainerRestartRuleOnExitCodes"},
    {"ContainerRestartRuleOnExitCodes", "operator values"},
    {"SecurityContext",
     "allowPrivilegeEscalation appArmorProfile:AppArmorProfile capabilities:Capabilities privileged procMount "
     "readOnlyRootFilesystem runAsGroup runAsNonRoot runAsUser seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile "
     "windowsOptions:WindowsSecurityContextOptions"},
    {"AppArmorProfile", "localhostProfile type"},
    {"Capabilities", "add drop"},
    {"SELinuxOptions", "level role type user"},
    {"SeccompProfile", "localhostProfile type"},
    {"WindowsSecurityContextOptions", "gmsaCredentialSpec gmsaCredentialSpecName hostProcess runAsUserName"},
    {"VolumeDevice", "devicePath name"},
    {"VolumeMount", "bindMountOptions mountPath mountPropagation name readOnly recursiveReadOnly subPath subPathExpr"},
    {"PodDNSConfig", "nameservers options:PodDNSConfigOption searches"},
    {"PodDNSConfigOption", "name value"},
    {"EphemeralContainer",
     "args command env:EnvVar envFrom:EnvFromSource image imagePullPolicy lifecycle:Lifecycle livenessProbe:Probe name "
     "ports:ContainerPort readinessProbe:Probe resizePolicy:ContainerResizePolicy resources:ResourceRequirements "
     "restartPolicy restartPolicyRules:ContainerRestartRule securityContext:SecurityContext startupProbe:Probe stdin "
     "stdinOnce targetContainerName terminationMessagePath terminationMessagePolicy tty volumeDevices:VolumeDevice "
     "volumeMounts:VolumeMount workingDir"},
    {"EvictionResponder", "name priority"},
    {"HostAlias", "hostnames ip"},
    {"LocalObjectReference", "name"},
    {"PodOS", "name"},
    {"PodReadinessGate", "conditionType"},
    {"PodResourceClaim", "name resourceClaimName resourceClaimTemplateName"},
    {"PodSchedulingGate", "name"},
    {"PodSchedulingGroup", "podGroupName"},
    {"PodSecurityContext",
     "appArmorProfile:AppArmorProfile fsGroup fsGroupChangePolicy runAsGroup runAsNonRoot runAsUser seLinuxChangePolicy "
     "seLinuxOptions:SELinuxOptions seccompProfile:SeccompProfile supplementalGroups supplementalGroupsPolicy sysctls:Sysctl "
     "windowsOptions:WindowsSecurityContextOptions"},
    {"Sysctl", "name value"},
    {"Toleration", "effect key operator tolerationSeconds value"},
    {"TopologySpreadConstraint",
     "labelSelector:LabelSelector matchLabelKeys maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy topologyKey "
     "whenUnsatisfiable"},
    {"Volume",
     "awsElasticBlockStore azureDisk azureFile cephfs cinder configMap:ConfigMapVolumeSource csi:CSIVolumeSource "
     "downwardAPI:DownwardAPIVolumeSource emptyDir:EmptyDirVolumeSource ephemeral:EphemeralVolumeSource fc flexVolume "
     "flocker gcePersistentDisk gitRepo glusterfs hostPath:HostPathVolumeSource image:ImageVolumeSource iscsi name "
     "nfs:NFSVolumeSource persistentVolumeClaim:PersistentVolumeClaimVolumeSource photonPersistentDisk portworxVolume "
     "projected:ProjectedVolumeSource quobyte rbd scaleIO secret:SecretVolumeSource storageos vsphereVolume"},
    {"ConfigMapVolumeSource", "defaultMode defaultUser items:KeyToPath name optional"},
    {"KeyToPath", "key mode path user"},
    {"CSIVolumeSource", "driver fsType nodePublishSecretRef:LocalObjectReference readOnly volumeAttributes"},
    {"DownwardAPIVolumeSource", "defaultMode defaultUser items:DownwardAPIVolumeFile"},
    {"DownwardAPIVolumeFile", "fieldRef:ObjectFieldSelector mode path resourceFieldRef:ResourceFieldSelector user"},
    {"EmptyDirVolumeSource", "medium mode sizeLimit"},
    {"EphemeralVolumeSource", "volumeClaimTemplate:PersistentVolumeClaimTemplate"},
    {"PersistentVolumeClaimTemplate", "metadata spec:PersistentVolumeClaimSpec"},
    {"PersistentVolumeClaimSpec",
     "accessModes dataSource:TypedLocalObjectReference dataSourceRef:TypedObjectReference "
     "resources:VolumeResourceRequirements selector:LabelSelector storageClassName volumeAttributesClassName volumeMode "
     "volumeName"},
    {"TypedLocalObjectReference", "apiGroup kind name"},
    {"TypedObjectReference", "apiGroup kind name namespace"},
    {"VolumeResourceRequirements", "limits requests"},
    {"HostPathVolumeSource", "path type"},
    {"ImageVolumeSource", "pullPolicy reference"},
    {"NFSVolumeSource", "path readOnly server"},
    {"PersistentVolumeClaimVolumeSource", "claimName readOnly"},
    {"ProjectedVolumeSource", "defaultMode defaultUser sources:VolumeProjection"},
    {"VolumeProjection",
     "clusterTrustBundle:ClusterTrustBundleProjection configMap:ConfigMapProjection downwardAPI:DownwardAPIProjection "
     "podCertificate:PodCertificateProjection secret:SecretProjection serviceAccountToken:ServiceAccountTokenProjection"},
    {"ClusterTrustBundleProjection", "labelSelector:LabelSelector name optional path signerName user"},
    {"ConfigMapProjection", "items:KeyToPath name optional"},
    {"DownwardAPIProjection", "items:DownwardAPIVolumeFile"},
    {"PodCertificateProjection", "certificateChainPath credentialBundlePath keyPath keyType maxExpirationSeconds signerName user userAnnotations"},
    {"SecretProjection", "items:KeyToPath name optional"},
    {"ServiceAccountTokenProjection", "audience expirationSeconds path user"},
    {"SecretVolumeSource", "defaultMode defaultUser items:KeyToPath optional secretName"},
    {"Deployment", "apiVersion kind metadata spec:DeploymentSpec status"},
    {"DeploymentSpec",
     "minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit selector:LabelSelector "
     "strategy:DeploymentStrategy template:PodTemplateSpec"},
    {"DeploymentStrategy", "rollingUpdate:RollingUpdateDeployment type"},
    {"RollingUpdateDeployment", "maxSurge maxUnavailable"},
    {"PodTemplateSpec", "metadata spec:PodSpec"},
    {"StatefulSet", "apiVersion kind metadata spec:StatefulSetSpec status"},
    {"StatefulSetSpec",
     "minReadySeconds ordinals:StatefulSetOrdinals "
     "persistentVolumeClaimRetentionPolicy:StatefulSetPersistentVolumeClaimRetentionPolicy podManagementPolicy replicas "
     "revisionHistoryLimit selector:LabelSelector serviceName template:PodTemplateSpec "
     "updateStrategy:StatefulSetUpdateStrategy volumeClaimTemplates:PersistentVolumeClaim"},
    {"StatefulSetOrdinals", "start"},
    {"StatefulSetPersistentVolumeClaimRetentionPolicy", "whenDeleted whenScaled"},
    {"StatefulSetUpdateStrategy", "rollingUpdate:RollingUpdateStatefulSetStrategy type"},
    {"RollingUpdateStatefulSetStrategy", "maxUnavailable partition"},
    {"PersistentVolumeClaim", "apiVersion kind metadata spec:PersistentVolumeClaimSpec status"},
    {"DaemonSet", "apiVersion kind metadata spec:DaemonSetSpec status"},
    {"DaemonSetSpec",
     "minReadySeconds revisionHistoryLimit selector:LabelSelector template:PodTemplateSpec "
     "updateStrategy:DaemonSetUpdateStrategy"},
    {"DaemonSetUpdateStrategy", "rollingUpdate:RollingUpdateDaemonSet type"},
    {"RollingUpdateDaemonSet", "maxSurge maxUnavailable"},
    {"ReplicaSet", "apiVersion kind metadata spec:ReplicaSetSpec status"},
    {"ReplicaSetSpec", "minReadySeconds replicas selector:LabelSelector template:PodTemplateSpec"},
    {"Job", "apiVersion kind metadata spec:JobSpec status"},
    {"JobSpec",
     "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions managedBy manualSelector "
     "maxFailedIndexes parallelism podFailurePolicy:PodFailurePolicy podReplacementPolicy "
     "scheduling:JobSchedulingConfiguration selector:LabelSelector successPolicy:SuccessPolicy suspend "
     "template:PodTemplateSpec ttlSecondsAfterFinished"},
    {"PodFailurePolicy", "rules:PodFailurePolicyRule"},
    {"PodFailurePolicyRule", "action onExitCodes:PodFailurePolicyOnExitCodesRequirement onPodConditions:PodFailurePolicyOnPodConditionsPattern"},
    {"PodFailurePolicyOnExitCodesRequirement", "containerName operator values"},
    {"PodFailurePolicyOnPodConditionsPattern", "status type"},
    {"JobSchedulingConfiguration",
     "disruptionMode:WorkloadPodGroupDisruptionMode resourceClaims:WorkloadPodGroupResourceClaim "
     "schedulingConstraints:WorkloadPodGroupSchedulingConstraints schedulingPolicy:WorkloadPodGroupSchedulingPolicy"},
    {"WorkloadPodGroupDisruptionMode", "all single"},
    {"WorkloadPodGroupResourceClaim", "name resourceClaimName resourceClaimTemplateName"},
    {"WorkloadPodGroupSchedulingConstraints", "topology:TopologyConstraint"},
    {"TopologyConstraint", "key"},
    {"WorkloadPodGroupSchedulingPolicy", "basic gang:WorkloadPodGroupGangSchedulingPolicy"},
    {"WorkloadPodGroupGangSchedulingPolicy", "minCount"},
    {"SuccessPolicy", "rules:SuccessPolicyRule"},
    {"SuccessPolicyRule", "succeededCount succeededIndexes"},
    {"CronJob", "apiVersion kind metadata spec:CronJobSpec status"},
    {"CronJobSpec",
     "concurrencyPolicy failedJobsHistoryLimit jobTemplate:JobTemplateSpec schedule startingDeadlineSeconds "
     "successfulJobsHistoryLimit suspend timeZone"},
    {"JobTemplateSpec", "metadata spec:JobSpec"},
    {"Service", "apiVersion kind metadata spec:ServiceSpec status"},
    {"ServiceSpec",
     "allocateLoadBalancerNodePorts clusterIP clusterIPs externalIPs externalName externalTrafficPolicy healthCheckNodePort "
     "internalTrafficPolicy ipFamilies ipFamilyPolicy loadBalancerClass loadBalancerIP loadBalancerSourceRanges "
     "ports:ServicePort publishNotReadyAddresses selector sessionAffinity sessionAffinityConfig:SessionAffinityConfig "
     "trafficDistribution type"},
    {"ServicePort", "appProtocol name nodePort port protocol targetPort"},
    {"SessionAffinityConfig", "clientIP:ClientIPConfig"},
    {"ClientIPConfig", "timeoutSeconds"},
};

const KnownType* find_type(std::string_view name) {
    const auto found = std::find_if(std::begin(k_types), std::end(k_types), [&](const KnownType& type) { return type.name == name; });
    return found == std::end(k_types) ? nullptr : &*found;
}

} // namespace

bool is_known_type(std::string_view type) {
    return find_type(type) != nullptr;
}

KnownField find_known_field(std::string_view type, std::string_view field) {
    const auto* known = find_type(type);
    if (known == nullptr) return {.exists = true};
    std::string_view rest = known->fields;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(' '), rest.size());
        const std::string_view entry = rest.substr(0, end);
        const auto colon = entry.find(':');
        if (entry.substr(0, colon) == field) return {.exists = true, .type = colon == std::string_view::npos ? std::string_view() : entry.substr(colon + 1)};
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return {};
}

std::vector<std::string> known_field_names(std::string_view type) {
    std::vector<std::string> names;
    const auto* known = find_type(type);
    if (known == nullptr) return names;
    std::string_view rest = known->fields;
    while (!rest.empty()) {
        const auto end = std::min(rest.find(' '), rest.size());
        const std::string_view entry = rest.substr(0, end);
        names.emplace_back(entry.substr(0, entry.find(':')));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return names;
}

} // namespace kdiag::kube
