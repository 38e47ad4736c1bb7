// SPDX-License-Identifier: Apache-2.0
#include "rules/network/service_report.hpp"

#include "rules/common/youth.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

constexpr Duration k_start = Duration::seconds(30);

bool is_settled(const RuleContext& context, const kube::Pod& pod) {
    if (pod.meta.deleted) return !is_younger(context, pod.meta.deleted, k_start);
    const auto* ready = kube::find_condition(pod.status.conditions, "Ready");
    return !is_younger(context, pod.meta.created, k_start) && (ready == nullptr || !is_younger(context, ready->changed, k_start));
}

} // namespace

bool is_cluster_dns(const kube::Service& service) {
    return service.meta.namespace_name == "kube-system" &&
           (service.meta.name == "kube-dns" || kube::value_of(service.meta.labels, "k8s-app") == "kube-dns" ||
            kube::value_of(service.spec.selector, "k8s-app") == "kube-dns");
}

void explain_by_pods(const RuleContext& context, const kube::Service& service, const ServiceState& state, Finding& finding) {
    const auto add = [&](kube::ObjectRef ref) { finding.explained_by.push_back(std::move(ref)); };
    for (const auto* pod : context.facts.pods_matching(service.meta.namespace_name, service.spec.selector)) {
        add(kube::ref_of(*pod));
        add(context.facts.top_owner(*pod));
        if (!pod->spec.node_name.empty()) add({.kind = "Node", .name = std::string(pod->spec.node_name)});
    }
    for (const auto& workload : state.workloads) add(workload.ref);
}

bool has_been_down(const RuleContext& context, const kube::Service& service, const ServiceState& state) {
    if (state.pods.empty()) return !is_younger(context, service.meta.created, k_start);
    return std::any_of(state.pods.begin(), state.pods.end(), [&](const kube::Pod* pod) { return is_settled(context, *pod); });
}

Timestamp down_since(const ServiceState& state) {
    Timestamp since; // the last pod that was ready made the difference
    for (const auto* pod : state.pods) {
        const auto* ready = kube::find_condition(pod->status.conditions, "Ready");
        since = std::max(since, ready != nullptr && ready->changed ? ready->changed : pod->meta.created);
    }
    return since;
}

} // namespace kdiag::rules::network
