// SPDX-License-Identifier: Apache-2.0
#include "rules/common/service_state.hpp"

#include "kube/selector.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules {

namespace {

template <class T>
void add_matching(const facts::Snapshot& facts, std::string_view namespace_name, const kube::TextMap& selector, std::vector<MatchingWorkload>& found) {
    for (const auto& object : facts.all<T>())
        if (object.meta.namespace_name == namespace_name && kube::matches(selector, object.spec.pod_template.meta.labels))
            found.push_back({kube::ref_of(object), object.spec.replicas.value_or(1)});
}

} // namespace

std::vector<MatchingWorkload> workloads_matching(const facts::Snapshot& facts, std::string_view namespace_name, const kube::TextMap& selector) {
    std::vector<MatchingWorkload> found;
    add_matching<kube::Deployment>(facts, namespace_name, selector, found);
    add_matching<kube::StatefulSet>(facts, namespace_name, selector, found);
    for (const auto& object : facts.all<kube::DaemonSet>())
        if (object.meta.namespace_name == namespace_name && kube::matches(selector, object.spec.pod_template.meta.labels))
            found.push_back({kube::ref_of(object), object.status.desired_number_scheduled});
    return found;
}

ServiceState state_of(const facts::Snapshot& facts, const kube::Service& service) {
    ServiceState state;
    if (service.spec.type == "ExternalName" || service.spec.selector.empty()) {
        state.why = ServiceState::Why::exempt;
        return state;
    }
    for (const auto* pod : facts.pods_matching(service.meta.namespace_name, service.spec.selector)) {
        if (pod->status.phase == "Succeeded" || pod->status.phase == "Failed") continue;
        state.pods.push_back(pod);
        if (is_ready(*pod)) ++state.ready;
    }
    if (state.ready > 0) return state;
    if (!state.pods.empty()) {
        state.why = ServiceState::Why::not_ready;
        state.words = format("0 of {} ready", counted(state.pods.size(), "pod"));
        return state;
    }
    const auto workloads = workloads_matching(facts, service.meta.namespace_name, service.spec.selector);
    for (const auto& workload : workloads)
        if (workload.replicas == 0) {
            state.why = ServiceState::Why::scaled_to_zero;
            state.scaled = workload.ref;
            state.words = format("{} is scaled to 0", workload.ref.display());
            return state;
        }
    state.why = workloads.empty() ? ServiceState::Why::nothing_matches : ServiceState::Why::not_ready;
    state.words = workloads.empty() ? format("its selector {} matches no pod", kube::show(service.spec.selector)) : format("{} has no pods", workloads.front().ref.display());
    return state;
}

} // namespace kdiag::rules
