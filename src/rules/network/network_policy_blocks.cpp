// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

bool is_about_ingress(const kube::NetworkPolicy& policy) {
    const auto& types = policy.spec.policy_types;
    return types.empty() || std::find(types.begin(), types.end(), kube::Text("Ingress")) != types.end();
}

/// The policies that isolate a pod for incoming traffic.
std::vector<const kube::NetworkPolicy*> isolating(const RuleContext& context, const kube::Pod& pod) {
    std::vector<const kube::NetworkPolicy*> policies;
    for (const auto& policy : context.facts.all<kube::NetworkPolicy>())
        if (policy.meta.namespace_name == pod.meta.namespace_name && is_about_ingress(policy) && kube::matches(policy.spec.pod_selector, pod.meta.labels)) policies.push_back(&policy);
    return policies;
}

std::int64_t number_of(const kube::Pod& pod, const kube::IntOrString& port) {
    if (!port.is_text()) return port.number;
    for (const auto& container : pod.spec.containers)
        for (const auto& declared : container.ports)
            if (declared.name == port.text) return declared.container_port;
    return 0;
}

bool allows(const kube::NetworkPolicyRule& rule, const kube::Pod& pod, std::int64_t target) {
    if (rule.ports.empty()) return true;
    return std::any_of(rule.ports.begin(), rule.ports.end(), [&](const kube::NetworkPolicyPort& port) {
        if (!port.port.set) return true;
        const auto first = number_of(pod, port.port);
        return target >= first && target <= port.end_port.value_or(first);
    });
}

/// Whether any rule of any policy lets something reach a port of the pod.
bool lets_anything_in(const std::vector<const kube::NetworkPolicy*>& policies, const kube::Pod& pod, std::int64_t target) {
    for (const auto* policy : policies)
        for (const auto& rule : policy->spec.ingress)
            if (allows(rule, pod, target)) return true;
    return false;
}

void report(const kube::Service& service, const kube::Pod& pod, const std::vector<const kube::NetworkPolicy*>& policies, std::int64_t target, FindingSink& sink) {
    std::vector<std::string> names;
    bool any_rule = false;
    for (const auto* policy : policies) {
        names.push_back(kube::ref_of(*policy).display());
        any_rule = any_rule || !policy->spec.ingress.empty();
    }
    Finding finding;
    finding.subject = kube::ref_of(service);
    finding.confidence = Confidence::likely;
    finding.first_seen = policies.front()->meta.created;
    finding.title = format("network policy lets nothing reach {}", finding.subject.display());
    finding.cause = any_rule ? format("{} isolate its pods, and no rule allows port {}", list_some(names), target)
                             : format("{} {} its pods and {} no incoming traffic at all", list_some(names), names.size() == 1 ? "isolates" : "isolate", names.size() == 1 ? "allows" : "allow");
    for (const auto* policy : policies)
        finding.evidence.push_back({.text = format("{} selects {} and has {}", kube::ref_of(*policy).display(), policy->spec.pod_selector.empty() ? std::string("every pod") : kube::show(policy->spec.pod_selector), policy->spec.ingress.empty() ? "no ingress rule" : "no rule for this port"),
                                    .object = kube::ref_of(*policy), .path = ".spec.ingress"});
    finding.evidence.push_back({.type = EvidenceType::derived, .text = format("{} is ready and listens on port {}", pod.meta.name, target), .object = kube::ref_of(pod)});
    finding.impact = "where the network enforces policies, every request to it times out";
    finding.remedies.push_back({.text = "add a policy that allows its callers", .command = format("{} get networkpolicy {} -o yaml", kubectl_in(service.meta.namespace_name), shell_quote(policies.front()->meta.name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    if (context.facts.all<kube::NetworkPolicy>().empty()) return;
    for (const auto& service : context.facts.all<kube::Service>()) {
        const auto state = state_of(context.facts, service);
        if (state.ready == 0 || service.spec.ports.empty()) continue;
        const auto pod = std::find_if(state.pods.begin(), state.pods.end(), [](const auto* candidate) { return is_ready(*candidate); });
        const auto policies = isolating(context, **pod);
        if (policies.empty() || (*pod)->spec.host_network) continue;
        bool reachable = false;
        std::int64_t target = 0;
        for (const auto& port : service.spec.ports) {
            target = port.target_port.set ? number_of(**pod, port.target_port) : port.port;
            reachable = reachable || lets_anything_in(policies, **pod, target);
        }
        if (!reachable) report(service, **pod, policies, target, sink);
    }
}

} // namespace

extern const Rule k_network_policy_blocks{
    {.id = "KD3201", .name = "network-policy-blocks", .title = "network policies let nothing reach the pods of a Service", .category = "network", .scenario = Scenario::running_but_broken, .stage = Stage::service,
     .severity = Severity::error, .needs = {kube::Resource::networkpolicies, kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets}, .precedence = 30,
     .doc = {.meaning = "Network policies isolate the pods of a Service, and no rule of any policy allows anything to reach its ports.",
             .why_it_matters = "Where the network enforces policies, every request to the Service times out; the endpoints look ready.",
             .how_it_is_found = "For a ready pod of the Service all policies that select it for incoming traffic are joined: none has a rule that allows one of the Service's ports. Whether the network enforces policies cannot be seen.",
             .what_to_do = "Add a policy that allows the callers.\nA deny-all policy needs an allow policy for every Service that is to be reached.",
             .false_positives = "A Service that nobody is to call.",
             .see_also = "KD3001"}},
    check};

} // namespace kdiag::rules::network
