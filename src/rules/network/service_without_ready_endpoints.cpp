// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

constexpr Duration k_patience = Duration::seconds(30);

/// Pods that were only just made may become ready any moment.
bool all_young(const RuleContext& context, const std::vector<const kube::Pod*>& pods) {
    for (const auto* pod : pods)
        if (context.age(pod->meta.created) > k_patience) return false;
    return !pods.empty();
}

std::string port_text(const kube::Service& service) {
    if (service.spec.ports.empty()) return {};
    const auto& port = service.spec.ports.front();
    return format(", port {} -> {}", port.port, !port.target_port.set ? std::to_string(port.port) : port.target_port.is_text() ? std::string(port.target_port.text) : std::to_string(port.target_port.number));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.spec.publish_not_ready_addresses || service.meta.deleted) continue;
        const auto state = state_of(context.facts, service);
        if (state.why != ServiceState::Why::not_ready || all_young(context, state.pods)) continue;
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.severity = Severity::critical;
        finding.title = format("{} has no ready endpoints, callers are refused", finding.subject.display());
        finding.evidence.push_back({.type = EvidenceType::derived, .text = format("{}{} -> {}", finding.subject.display(), port_text(service), state.words), .path = ".spec.selector"});
        for (const auto* pod : state.pods) {
            finding.explained_by.push_back(kube::ref_of(*pod));
            finding.explained_by.push_back(context.facts.top_owner(*pod));
            const auto* ready = kube::find_condition(pod->status.conditions, "Ready");
            if (ready != nullptr && ready->changed && (!finding.first_seen || ready->changed < finding.first_seen)) finding.first_seen = ready->changed;
        }
        for (const auto& workload : workloads_matching(context.facts, service.meta.namespace_name, service.spec.selector)) finding.explained_by.push_back(workload.ref);
        finding.impact = "every request to it fails";
        finding.remedies.push_back({.text = "make its pods ready; the Service itself selects them", .command = format("{} get pods -l {}", kubectl_in(service.meta.namespace_name), shell_quote(kube::show(service.spec.selector)))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_service_without_ready_endpoints{
    {.id = "KD3001", .name = "service-without-ready-endpoints", .title = "a Service has no ready endpoints", .category = "network", .scenario = Scenario::service_without_endpoints, .stage = Stage::service,
     .severity = Severity::critical, .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::replicasets}, .precedence = 30,
     .doc = {.meaning = "A Service selects pods, and none of them is ready.",
             .why_it_matters = "Every request to the Service is refused or times out.",
             .how_it_is_found = "The selector matches pods that are not finished, and none has the condition Ready. What keeps the pods is reported by its own rule and shown as the cause. Services that publish addresses that are not ready, and those of workloads scaled to 0, are no problem.",
             .what_to_do = "Look at the cause that is named, or at the readiness of its pods.",
             .false_positives = "none known",
             .see_also = "KD3002 KD3003"}},
    check};

} // namespace kdiag::rules::network
