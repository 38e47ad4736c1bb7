// SPDX-License-Identifier: Apache-2.0
#include "kube/resource.hpp"

#include "util/strings.hpp"

#include <array>

namespace kdiag::kube {

namespace {

using Names = std::array<std::string_view, 1>;
constexpr Names k_po = {"po"}, k_no = {"no"}, k_ns = {"ns"}, k_ev = {"ev"}, k_svc = {"svc"}, k_cm = {"cm"}, k_sa = {"sa"}, k_pvc = {"pvc"}, k_pv = {"pv"},
                k_sc = {"sc"}, k_quota = {"quota"}, k_deploy = {"deploy"}, k_rs = {"rs"}, k_sts = {"sts"}, k_ds = {"ds"}, k_cj = {"cj"}, k_hpa = {"hpa"},
                k_pdb = {"pdb"}, k_ing = {"ing"}, k_netpol = {"netpol"};

constexpr std::array<ResourceInfo, k_resource_count> k_table = {{
    {Resource::pods, "Pod", "pods", "pod", "", "v1", true, k_po},
    {Resource::nodes, "Node", "nodes", "node", "", "v1", false, k_no},
    {Resource::namespaces, "Namespace", "namespaces", "namespace", "", "v1", false, k_ns},
    {Resource::events, "Event", "events", "event", "", "v1", true, k_ev},
    {Resource::services, "Service", "services", "service", "", "v1", true, k_svc},
    {Resource::endpointslices, "EndpointSlice", "endpointslices", "endpointslice", "discovery.k8s.io", "v1", true, {}},
    {Resource::configmaps, "ConfigMap", "configmaps", "configmap", "", "v1", true, k_cm},
    {Resource::secrets, "Secret", "secrets", "secret", "", "v1", true, {}},
    {Resource::serviceaccounts, "ServiceAccount", "serviceaccounts", "serviceaccount", "", "v1", true, k_sa},
    {Resource::persistentvolumeclaims, "PersistentVolumeClaim", "persistentvolumeclaims", "persistentvolumeclaim", "", "v1", true, k_pvc},
    {Resource::persistentvolumes, "PersistentVolume", "persistentvolumes", "persistentvolume", "", "v1", false, k_pv},
    {Resource::storageclasses, "StorageClass", "storageclasses", "storageclass", "storage.k8s.io", "v1", false, k_sc},
    {Resource::resourcequotas, "ResourceQuota", "resourcequotas", "resourcequota", "", "v1", true, k_quota},
    {Resource::deployments, "Deployment", "deployments", "deployment", "apps", "v1", true, k_deploy},
    {Resource::replicasets, "ReplicaSet", "replicasets", "replicaset", "apps", "v1", true, k_rs},
    {Resource::statefulsets, "StatefulSet", "statefulsets", "statefulset", "apps", "v1", true, k_sts},
    {Resource::daemonsets, "DaemonSet", "daemonsets", "daemonset", "apps", "v1", true, k_ds},
    {Resource::jobs, "Job", "jobs", "job", "batch", "v1", true, {}},
    {Resource::cronjobs, "CronJob", "cronjobs", "cronjob", "batch", "v1", true, k_cj},
    {Resource::horizontalpodautoscalers, "HorizontalPodAutoscaler", "horizontalpodautoscalers", "horizontalpodautoscaler", "autoscaling", "v2", true, k_hpa},
    {Resource::poddisruptionbudgets, "PodDisruptionBudget", "poddisruptionbudgets", "poddisruptionbudget", "policy", "v1", true, k_pdb},
    {Resource::ingresses, "Ingress", "ingresses", "ingress", "networking.k8s.io", "v1", true, k_ing},
    {Resource::ingressclasses, "IngressClass", "ingressclasses", "ingressclass", "networking.k8s.io", "v1", false, {}},
    {Resource::networkpolicies, "NetworkPolicy", "networkpolicies", "networkpolicy", "networking.k8s.io", "v1", true, k_netpol},
    {Resource::runtimeclasses, "RuntimeClass", "runtimeclasses", "runtimeclass", "node.k8s.io", "v1", false, {}},
    {Resource::logs, "", "pods/log", "", "", "v1", true, {}},
}};

bool is_called(const ResourceInfo& info, std::string_view word) {
    if (word == info.plural || word == info.singular) return true;
    for (const auto name : info.short_names)
        if (word == name) return true;
    return false;
}

/// Whether `apps`, `v1.apps` or `v1` may stand after the name of this resource.
bool is_qualified_by(const ResourceInfo& info, std::string_view qualifier) {
    if (qualifier == info.group || (info.group.empty() && qualifier == info.version)) return true;
    const auto dot = qualifier.find('.');
    return dot != std::string_view::npos && qualifier.substr(0, dot) == info.version && qualifier.substr(dot + 1) == info.group;
}

} // namespace

std::span<const ResourceInfo> resource_table() {
    return k_table;
}

const ResourceInfo& info_of(Resource resource) {
    return k_table[static_cast<std::size_t>(resource)];
}

const ResourceInfo* find_by_kind(std::string_view group, std::string_view kind) {
    if (kind.empty()) return nullptr;
    for (const auto& info : k_table) {
        if (info.kind != kind) continue;
        // The same objects under an older or newer name of their group.
        const bool same = info.group == group || (group == "extensions" && (info.group == "apps" || info.group == "networking.k8s.io")) ||
                          (info.resource == Resource::events && group == "events.k8s.io");
        if (same) return &info;
    }
    return nullptr;
}

const ResourceInfo* find_by_word(std::string_view word) {
    const std::string lower = to_lower(word);
    const auto dot = lower.find('.');
    const std::string_view name = std::string_view(lower).substr(0, dot);
    if (name.empty()) return nullptr;
    for (const auto& info : k_table)
        if (info.resource != Resource::logs && is_called(info, name) &&
            (dot == std::string::npos || is_qualified_by(info, std::string_view(lower).substr(dot + 1))))
            return &info;
    return nullptr;
}

std::string_view group_of(std::string_view api_version) {
    const auto slash = api_version.find('/');
    return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

} // namespace kdiag::kube
