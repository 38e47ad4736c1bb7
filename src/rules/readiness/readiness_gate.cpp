// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::readiness {

namespace {

constexpr Duration k_patience = Duration::minutes(1);

/// The first gate that is not met, or null.
const kube::ReadinessGate* open_gate(const kube::Pod& pod) {
    for (const auto& gate : pod.spec.readiness_gates) {
        const auto* condition = kube::find_condition(pod.status.conditions, gate.condition_type);
        if (condition == nullptr || condition->status != "True") return &gate;
    }
    return nullptr;
}

/// Who sets a gate's condition, by the prefix that its makers use.
std::string_view keeper_of(std::string_view gate) {
    if (gate.starts_with("target-health.elbv2.k8s.aws") || gate.starts_with("target-health.alb.ingress.k8s.aws")) return "the AWS Load Balancer Controller, and the health of the target group";
    if (gate.starts_with("cloud.google.com/")) return "the NEG controller of GKE, and the health of the backend service";
    return "a controller of the cluster's load balancer, mesh or rollouts";
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running") continue;
        const auto* containers = kube::find_condition(pod.status.conditions, "ContainersReady");
        const auto* ready = kube::find_condition(pod.status.conditions, "Ready");
        if (containers == nullptr || containers->status != "True" || ready == nullptr || ready->status == "True") continue;
        const auto* gate = open_gate(pod);
        if (gate == nullptr || context.age(containers->changed) < k_patience) continue;
        const auto* condition = kube::find_condition(pod.status.conditions, gate->condition_type);
        Finding finding;
        finding.subject = kube::ref_of(pod);
        finding.severity = severity_of_lost_pod(context.facts, pod);
        finding.first_seen = containers->changed;
        finding.title = format("pod waits for its readiness gate `{}`", gate->condition_type);
        finding.cause = condition == nullptr ? format("no controller has set the condition `{}`, which the pod waits for", gate->condition_type)
                                             : format("the condition `{}` is {}{}{}", gate->condition_type, condition->status, condition->message.empty() ? "" : ": ", condition->message);
        finding.impact = "no Service sends it requests";
        finding.evidence.push_back(condition_evidence(*ready));
        finding.evidence.push_back({.text = format("all containers are ready, the gate `{}` is not met", gate->condition_type), .path = ".spec.readinessGates", .value = std::string(gate->condition_type)});
        finding.remedies.push_back({.text = format("look at what sets this condition: {}", keeper_of(gate->condition_type)),
                                    .command = format("{} get pod {} -o yaml", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_readiness_gate{
    {.id = "KD1311", .name = "readiness-gate-not-met", .title = "a pod waits for a readiness gate", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::replicasets}, .precedence = 30,
     .doc = {.meaning = "All containers of the pod are ready, but a condition that its spec lists as a readiness gate is not true.",
             .why_it_matters = "No Service sends requests to the pod.",
             .how_it_is_found = "The condition ContainersReady is True and Ready is not, and a condition of spec.readinessGates is absent or not True for more than a minute.",
             .what_to_do = "Look at the controller that is to set the condition.\nIf it was removed from the cluster, remove the gate from the pod template.",
             .see_also = "KD1301"}},
    check};

} // namespace kdiag::rules::readiness
