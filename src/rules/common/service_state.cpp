// SPDX-License-Identifier: Apache-2.0
#include "rules/common/service_state.hpp"

#include "kube/selector.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules {

namespace {

bool is_in(const kube::ObjectMeta& meta, std::string_view namespace_name) {
    return meta.namespace_name == namespace_name && !meta.deleted;
}

template <class T> void add_matching(const facts::Snapshot& facts, std::string_view namespace_name, const kube::TextMap& selector,
                                     std::vector<MatchingWorkload>& found) {
    for (const auto& object : facts.all<T>())
        if (is_in(object.meta, namespace_name) && kube::matches(selector, object.spec.pod_template.meta.labels))
            found.push_back({kube::ref_of(object), object.spec.replicas.value_or(1)});
}

bool is_finished(const kube::Pod& pod) {
    return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

/// As the endpoint controllers judge.
bool is_endpoint(const kube::Service& service, const kube::Pod& pod) {
    return is_ready(pod) || (service.spec.publish_not_ready_addresses && !pod.status.pod_ip.empty());
}

/// Endpoints may be kept by somebody else than the built-in controllers; then what they say counts.
std::size_t ready_in_slices(const facts::Snapshot& facts, const kube::Service& service) {
    std::size_t ready = 0;
    for (const auto* slice : facts.slices_of(service))
        for (const auto& endpoint : slice->endpoints)
            if (!endpoint.addresses.empty() && endpoint.conditions.ready.value_or(true)) ++ready;
    return ready;
}

bool no_port_reaches(const kube::Service& service, const std::vector<const kube::Pod*>& pods) {
    const auto& ports = service.spec.ports;
    return !ports.empty() && std::none_of(ports.begin(), ports.end(), [&](const kube::ServicePort& port) {
        return !port.target_port.is_text() ||
               std::any_of(pods.begin(), pods.end(), [&](const kube::Pod* pod) { return declares(pod->spec, port); });
    });
}

void explain_no_pods(const facts::Snapshot& facts, const kube::Service& service, ServiceState& state) {
    state.workloads = workloads_matching(facts, service.meta.namespace_name, service.spec.selector);
    for (const auto& workload : state.workloads)
        if (workload.replicas > 0) {
            state.why = ServiceState::Why::not_ready;
            state.words = format("{} has no pods", workload.ref.display());
            return;
        }
    if (state.workloads.empty()) {
        state.why = ServiceState::Why::nothing_matches;
        state.words = format("its selector {} matches no pod", kube::show(service.spec.selector));
        return;
    }
    state.scaled = state.workloads.front().ref;
    const bool waits = state.scaled.kind == kube::Job::k_kind || state.scaled.kind == kube::CronJob::k_kind;
    state.why = waits ? ServiceState::Why::finished : ServiceState::Why::scaled_to_zero;
    state.words = format("{} {}", state.scaled.display(), waits ? "is not running" : "is scaled to 0");
}

} // namespace

bool knows_pods(const facts::Snapshot& facts) {
    if (facts.knows<kube::Pod>()) return true;
    const auto& gaps = facts.gaps();
    return !facts.was_read(kube::Resource::pods) && facts.knows<kube::ReplicaSet>() &&
           std::none_of(gaps.begin(), gaps.end(), [](const facts::Gap& gap) { return gap.resource == kube::Resource::pods; });
}

std::vector<MatchingWorkload> workloads_matching(const facts::Snapshot& facts, std::string_view namespace_name,
                                                 const kube::TextMap& selector) {
    std::vector<MatchingWorkload> found;
    add_matching<kube::Deployment>(facts, namespace_name, selector, found);
    add_matching<kube::StatefulSet>(facts, namespace_name, selector, found);
    for (const auto& object : facts.all<kube::DaemonSet>())
        if (is_in(object.meta, namespace_name) && kube::matches(selector, object.spec.pod_template.meta.labels))
            found.push_back({kube::ref_of(object), object.status.desired_number_scheduled});
    for (const auto& object : facts.all<kube::ReplicaSet>())
        if (is_in(object.meta, namespace_name) && object.meta.controller() == nullptr &&
            kube::matches(selector, object.spec.pod_template.meta.labels))
            found.push_back({kube::ref_of(object), object.spec.replicas.value_or(1)});
    for (const auto& object : facts.all<kube::CronJob>())
        if (is_in(object.meta, namespace_name) && kube::matches(selector, object.spec.job_template.spec.pod_template.meta.labels))
            found.push_back({kube::ref_of(object), 0});
    for (const auto& object : facts.all<kube::Job>())
        if (is_in(object.meta, namespace_name) && object.meta.controller() == nullptr &&
            kube::matches(selector, object.spec.pod_template.meta.labels))
            found.push_back({kube::ref_of(object), 0});
    return found;
}

ServiceState state_of(const facts::Snapshot& facts, const kube::Service& service) {
    ServiceState state;
    if (service.spec.type == "ExternalName" || service.spec.selector.empty()) {
        state.why = ServiceState::Why::exempt;
        return state;
    }
    const auto matching = facts.pods_matching(service.meta.namespace_name, service.spec.selector);
    for (const auto* pod : matching) {
        if (is_finished(*pod)) continue;
        state.pods.push_back(pod);
        if (is_endpoint(service, *pod)) ++state.ready;
    }
    if (state.ready > 0) {
        if (!no_port_reaches(service, state.pods)) return state;
        state.why = ServiceState::Why::no_such_port;
        state.words = format("no pod declares the port that its targetPort names: {}", target_text(service.spec.ports.front()));
        return state;
    }
    state.ready = ready_in_slices(facts, service);
    if (state.ready > 0) return state;
    if (!state.pods.empty()) {
        state.why = ServiceState::Why::not_ready;
        state.words = format("0 of {} ready", counted(state.pods.size(), "pod"));
        return state;
    }
    if (!knows_pods(facts)) {
        state.why = ServiceState::Why::unknown;
        return state;
    }
    explain_no_pods(facts, service, state);
    if (state.why == ServiceState::Why::nothing_matches && !matching.empty()) {
        const bool failed = std::any_of(matching.begin(), matching.end(), [](const auto* pod) { return pod->status.phase == "Failed"; });
        state.why = failed ? ServiceState::Why::not_ready : ServiceState::Why::finished;
        state.words = failed ? "its pods have failed" : "its pods have finished";
    }
    return state;
}

} // namespace kdiag::rules
