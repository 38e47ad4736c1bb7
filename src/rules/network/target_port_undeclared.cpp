// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

/// The one TCP port that all pods declare; 0 when they declare none, several, or different ones.
std::int64_t only_port(const std::vector<const kube::Pod*>& pods) {
    std::int64_t only = 0;
    for (const auto* pod : pods)
        for (const auto& container : pod->spec.containers)
            for (const auto& port : container.ports) {
                if (port.protocol != "TCP" && !port.protocol.empty()) continue;
                if (only != 0 && only != port.container_port) return 0;
                only = port.container_port;
            }
    return only;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.spec.ports.size() != 1 || service.spec.cluster_ip == "None") continue; // several ports: one of them may well be undeclared
        const auto& port = service.spec.ports.front();
        const std::int64_t target = !port.target_port.set ? port.port : port.target_port.number;
        if (port.target_port.is_text() || (port.protocol != "TCP" && !port.protocol.empty())) continue;
        const auto state = state_of(context.facts, service);
        const auto declared = only_port(state.pods);
        if (declared == 0 || declared == target) continue;
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.severity = Severity::warning;
        finding.confidence = Confidence::likely;
        finding.first_seen = service.meta.created;
        finding.title = format("{} sends to port {}, and its pods declare only {}", finding.subject.display(), target, declared);
        finding.cause = format("probably targetPort has to be {}: declared ports are only information, but nothing else says that {} is listened on", declared, target);
        finding.evidence.push_back({.text = format("port {} -> targetPort {}", port.port, target), .path = ".spec.ports[0].targetPort", .value = std::to_string(target)});
        finding.evidence.push_back({.text = format("containerPort {}", declared), .object = kube::ref_of(*state.pods.front()), .path = ".spec.containers[*].ports[*].containerPort", .value = std::to_string(declared)});
        finding.remedies.push_back({.text = "set targetPort to the port that the program listens on", .command = format("{} edit service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name)), .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_target_port_undeclared{
    {.id = "KD3008", .name = "target-port-undeclared", .title = "a Service sends to a port other than the one its pods declare", .category = "network", .scenario = Scenario::running_but_broken, .stage = Stage::service,
     .severity = Severity::warning, .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets}, .precedence = 20,
     .doc = {.meaning = "A Service with one port sends to a number that is not the one port that its pods declare.",
             .why_it_matters = "Requests are probably refused, although the endpoints look ready.",
             .how_it_is_found = "The Service has one TCP port, all its pods declare one and the same TCP port, and the two differ. Declared ports are only information, so this is `likely`.",
             .what_to_do = "Ask the pod on both ports: kubectl port-forward.\nCorrect targetPort, or declare the port.",
             .false_positives = "A program that listens on a port that it does not declare.",
             .see_also = "KD3003"}},
    check};

} // namespace kdiag::rules::network
