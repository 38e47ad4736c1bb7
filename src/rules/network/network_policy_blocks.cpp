// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/network/policies.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

using PolicyList = std::vector<const kube::NetworkPolicy*>;

const kube::Pod* ready_pod(const ServiceState& state) {
    const auto pod = std::find_if(state.pods.begin(), state.pods.end(), [](const auto* candidate) { return is_ready(*candidate); });
    return pod == state.pods.end() ? nullptr : *pod;
}

/// The port that a rule allows although only the Service has it, not its pods; 0 when there is none.
std::int64_t allowed_service_port(const kube::Service& service, const kube::Pod& pod, const PolicyList& policies) {
    for (const auto& port : service.spec.ports)
        if (target_number(pod.spec, port) != port.port && has_rule_for(policies, pod, port.port, port.protocol)) return port.port;
    return 0;
}

std::string cause_of(const kube::Service& service, const kube::Pod& pod, const PolicyList& policies,
                     const std::vector<std::string>& names) {
    const bool one = policies.size() == 1;
    const bool any_rule = std::any_of(policies.begin(), policies.end(), [](const auto* policy) { return !policy->spec.ingress.empty(); });
    if (!any_rule)
        return format("{} {} {} and {} no incoming traffic at all", list_some(names), one ? "selects" : "select",
                      one ? selected_words(*policies.front()) : std::string("its pods"), one ? "allows" : "allow");
    const auto mistaken = allowed_service_port(service, pod, policies);
    std::string text =
        format("no rule of {} allows port {} of its pods", list_some(names), target_number(pod.spec, service.spec.ports.front()));
    if (mistaken != 0)
        text += format("; a rule allows {}, which is the port of the Service, and policies see the port of the pod", mistaken);
    return text;
}

void report(const kube::Service& service, const kube::Pod& pod, const PolicyList& policies, FindingSink& sink) {
    std::vector<std::string> names;
    for (const auto* policy : policies) names.push_back(kube::ref_of(*policy).display());
    Finding finding;
    finding.subject = kube::ref_of(service);
    finding.stands_alone = true;
    finding.confidence = Confidence::likely; // whether the network enforces policies cannot be seen
    finding.first_seen = policies.front()->meta.created;
    if (policies.size() == 1) finding.shared = kube::ref_of(*policies.front());
    finding.title = format("network policy lets nothing reach {}", finding.subject.display());
    finding.cause = cause_of(service, pod, policies, names);
    for (const auto* policy : policies)
        finding.evidence.push_back(
            field_evidence(".spec.ingress", policy->spec.ingress.empty() ? "[]" : "",
                           format("{} selects {} and has {}", kube::ref_of(*policy).display(), selected_words(*policy),
                                  policy->spec.ingress.empty() ? "no ingress rule" : "no rule for this port"),
                           kube::ref_of(*policy)));
    finding.evidence.push_back(
        derived_evidence(format("{} is ready behind {}", pod.meta.name, show(service.spec.ports.front())), kube::ref_of(pod)));
    finding.impact = "where the network enforces policies, every request to it times out";
    finding.remedies.push_back({.text = "see what the policy allows, and add one that allows the callers of the Service",
                                .command = format("{} describe networkpolicy {}", kubectl_in(service.meta.namespace_name),
                                                  shell_quote(policies.front()->meta.name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    if (context.facts.all<kube::NetworkPolicy>().empty()) return;
    const Policies policies(context.facts);
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.meta.deleted || service.spec.ports.empty()) continue;
        const auto& state = state_of(context, service);
        const auto* pod = ready_pod(state);
        if (pod == nullptr) continue;
        const auto isolating = policies.isolating(*pod, "Ingress");
        const auto& ports = service.spec.ports;
        const bool reachable = isolating.empty() || std::any_of(ports.begin(), ports.end(), [&](const kube::ServicePort& port) {
                                   return has_rule_for(isolating, *pod, target_number(pod->spec, port), port.protocol);
                               });
        if (!reachable) report(service, *pod, isolating, sink);
    }
}

} // namespace

extern const Rule k_network_policy_blocks{
    {.id = "KD3201",
     .name = "network-policy-blocks",
     .title = "network policies let nothing reach the pods of a Service",
     .category = "network",
     .scenario = Scenario::running_but_broken,
     .stage = Stage::edge,
     .severity = Severity::error,
     .needs = {kube::Resource::networkpolicies, kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets},
     .precedence = 40,
     .doc = {.meaning = "Network policies isolate the pods of a Service, and no rule of any policy allows one of its ports.",
             .why_it_matters =
                 "Where the network enforces policies, every request to the Service times out, while its endpoints look ready. The "
                 "kubelet's probes get through all the same.",
             .how_it_is_found =
                 "All policies that select a ready pod of the Service for incoming traffic are joined, as the network does: one rule "
                 "of one policy is enough. None of them allows a port of the pod that the Service sends to. A policy that denies "
                 "everything beside another that allows the port is fine. Whether the network enforces policies cannot be seen.",
             .what_to_do = "Add a policy that allows the callers.\nAllow the port of the pod, not the port of the Service.",
             .false_positives = "A Service that nobody is to call.",
             .see_also = "KD3202 KD3001"}},
    check};

} // namespace kdiag::rules::network
