// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::network {

namespace {

constexpr std::size_t k_most_pods = 4;

std::string why_unready(const kube::Pod& pod) {
    if (pod.meta.deleted) return "is being deleted";
    const auto* ready = kube::find_condition(pod.status.conditions, "Ready");
    if (ready == nullptr || ready->message.empty())
        return format("is {}", pod.status.phase.empty() ? kube::Text("not ready") : pod.status.phase);
    return format("is {} and not ready: {}", pod.status.phase, ready->message);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.meta.deleted || is_cluster_dns(service)) continue;
        const auto& state = state_of(context, service);
        if (state.why != ServiceState::Why::not_ready || !has_been_down(context, service, state)) continue;
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.severity = Severity::critical;
        finding.first_seen = down_since(state);
        finding.title = format("{} has no ready endpoints, callers are refused", finding.subject.display());
        finding.cause = state.pods.empty() ? format("the selector is right, and {}", state.words)
                                           : format("the selector {} does match {}, and none is ready", kube::show(service.spec.selector),
                                                    counted(state.pods.size(), "pod"));
        const std::string ports = service.spec.ports.empty() ? std::string() : format(", port {}", show(service.spec.ports.front()));
        finding.evidence.push_back(field_evidence(".spec.selector", kube::show(service.spec.selector),
                                                  format("{}{} -> {}", finding.subject.display(), ports, state.words)));
        for (std::size_t i = 0; i < state.pods.size() && i < k_most_pods; ++i)
            finding.evidence.push_back(field_evidence(".status.conditions[?(@.type==\"Ready\")]", "False",
                                                      format("{} {}", state.pods[i]->meta.name, why_unready(*state.pods[i])),
                                                      kube::ref_of(*state.pods[i])));
        explain_by_pods(context, service, state, finding);
        finding.impact = "every request to it fails";
        finding.remedies.push_back({.text = "nothing to change here, it clears when its pods are ready",
                                    .command = format("{} get pods -l {}", kubectl_in(service.meta.namespace_name),
                                                      shell_quote(kube::show(service.spec.selector)))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_service_without_ready_endpoints{
    {.id = "KD3001",
     .name = "service-without-ready-endpoints",
     .title = "a Service has no ready endpoints",
     .category = "network",
     .scenario = Scenario::service_without_endpoints,
     .stage = Stage::service,
     .severity = Severity::critical,
     .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::endpointslices, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::replicasets, kube::Resource::jobs, kube::Resource::cronjobs},
     .precedence = 30,
     .doc = {.meaning = "A Service selects pods, or a workload that should make some, and not one of the pods is ready.",
             .why_it_matters = "Every request to the Service is refused or times out.",
             .how_it_is_found =
                 "The selector matches pods that are not finished, and none has the condition Ready; or it matches the template of a "
                 "workload that wants pods and has none. What keeps the pods is reported by its own rule and shown as the cause. "
                 "Services of workloads that are scaled to 0, of Jobs that have ended, of type ExternalName and without a selector are "
                 "no problem, and publishNotReadyAddresses counts pods that are not ready. Starts get half a minute.",
             .what_to_do = "Look at the cause that is named, or at the readiness of the pods.\nLeave the Service as it is.",
             .false_positives = "Workloads whose pods take turns in being ready, between two turns.",
             .see_also = "KD3002 KD3003 KD1301"}},
    check};

} // namespace kdiag::rules::network
