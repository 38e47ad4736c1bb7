// SPDX-License-Identifier: Apache-2.0
#include "rules/common/service_state.hpp"

#include "kube/selector.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <unordered_map>

namespace kdiag::rules {

namespace {

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

void explain_no_pods(const WorkloadTemplates& templates, const kube::Service& service, ServiceState& state) {
    state.workloads = templates.matching(service.meta.namespace_name, service.spec.selector);
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

/// `templates` are asked for only when there are no pods.
template <class Templates> ServiceState judge(const facts::Snapshot& facts, const kube::Service& service, Templates templates) {
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
    // Of some pods none is ready; those that could not be read may be.
    const bool all_seen = facts.knows<kube::Pod>() || facts.knows<kube::EndpointSlice>();
    if (!state.pods.empty() && !all_seen) {
        state.why = ServiceState::Why::unknown;
        return state;
    }
    if (!state.pods.empty()) {
        state.why = ServiceState::Why::not_ready;
        state.words = format("0 of {} ready", counted(state.pods.size(), "pod"));
        return state;
    }
    if (!knows_pods(facts)) {
        state.why = ServiceState::Why::unknown;
        return state;
    }
    explain_no_pods(templates(), service, state);
    if (state.why == ServiceState::Why::nothing_matches && !matching.empty()) {
        const bool failed = std::any_of(matching.begin(), matching.end(), [](const auto* pod) { return pod->status.phase == "Failed"; });
        state.why = failed ? ServiceState::Why::not_ready : ServiceState::Why::finished;
        state.words = failed ? "its pods have failed" : "its pods have finished";
    }
    return state;
}

using States = std::unordered_map<const kube::Service*, ServiceState>;

States all_states(const RuleContext& context) {
    States states;
    for (const auto& service : context.facts.all<kube::Service>())
        states.emplace(&service, judge(context.facts, service, [&]() -> const WorkloadTemplates& { return workload_templates(context); }));
    return states;
}

} // namespace

bool knows_pods(const facts::Snapshot& facts) {
    if (facts.knows<kube::Pod>()) return true;
    const auto& gaps = facts.gaps();
    return !facts.was_read(kube::Resource::pods) && facts.knows<kube::ReplicaSet>() &&
           std::none_of(gaps.begin(), gaps.end(), [](const facts::Gap& gap) { return gap.resource == kube::Resource::pods; });
}

const ServiceState& state_of(const RuleContext& context, const kube::Service& service) {
    return context.once<States>(all_states).at(&service);
}

ServiceState state_of(const facts::Snapshot& facts, const kube::Service& service) {
    return judge(facts, service, [&] { return WorkloadTemplates(facts); });
}

} // namespace kdiag::rules
