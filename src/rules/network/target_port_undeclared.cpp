// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_patch.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/network/probed_ports.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

kube::Text protocol_of(kube::Text protocol) {
    return protocol.empty() ? kube::Text("TCP") : protocol;
}

/// Ports of one protocol that every one of the pods declares, each once; empty when a pod declares none.
std::vector<std::int64_t> common_ports(const std::vector<const kube::Pod*>& pods, kube::Text protocol) {
    std::vector<std::int64_t> numbers;
    for (const auto* pod : pods) {
        std::size_t own = 0;
        for (const auto* port : declared_ports(pod->spec)) {
            if (protocol_of(port->protocol) != protocol) continue;
            ++own;
            if (std::find(numbers.begin(), numbers.end(), port->container_port) == numbers.end()) numbers.push_back(port->container_port);
        }
        if (own == 0) return {};
    }
    return numbers;
}

/// Whether anything says that the port is meant: a declaration, a probe.
bool is_meant(const std::vector<const kube::Pod*>& pods, const kube::ServicePort& port) {
    return std::any_of(pods.begin(), pods.end(), [&](const kube::Pod* pod) {
        return declares(pod->spec, port) || is_probed(pod->spec, target_number(pod->spec, port));
    });
}

/// A pod that is ready because it answers on the port that it declares: then the declaration is true.
bool answers_on(const std::vector<const kube::Pod*>& pods, std::int64_t port) {
    return std::any_of(pods.begin(), pods.end(), [&](const kube::Pod* pod) { return is_ready(*pod) && is_probed(pod->spec, port); });
}

void report(const kube::Service& service, const ServiceState& state, const std::vector<std::int64_t>& declared, FindingSink& sink) {
    const auto& port = service.spec.ports.front();
    const kube::Pod& pod = *state.pods.front();
    const std::string target = target_text(port), path = ".spec.ports[0].targetPort";
    const bool proven = declared.size() == 1 && answers_on(state.pods, declared.front());
    Finding finding;
    finding.subject = kube::ref_of(service);
    finding.severity = proven ? Severity::error : Severity::warning;
    finding.confidence = Confidence::likely;
    finding.first_seen = service.meta.created;
    finding.title = format("{} sends to port {}, which its pods do not declare", finding.subject.display(), target);
    finding.cause = format("probably targetPort is wrong: the containers declare {}, and nothing says that they listen on {}",
                           show_declared(pod.spec), target);
    finding.evidence.push_back(field_evidence(path, target,
                                              port.target_port.set
                                                  ? format("port {} has targetPort {}", port.port, target)
                                                  : format("port {} has no targetPort, so it is {} too", port.port, target)));
    finding.evidence.push_back(
        field_evidence(".spec.containers[*].ports[*].containerPort", show_declared(pod.spec),
                       format("{} declares {}{}", pod.meta.name, show_declared(pod.spec), proven ? ", and answers its probe there" : ""),
                       kube::ref_of(pod)));
    finding.impact = "requests are probably refused, although the endpoints look ready";
    if (declared.size() == 1)
        finding.remedies.push_back({.text = format("send to the port that the containers declare, {}", declared.front()),
                                    .command = kubectl_replace(finding.subject, path, std::to_string(declared.front())),
                                    .risk = Risk::change});
    finding.remedies.push_back(
        {.text = "ask a pod on that port, to be sure",
         .command = kdiag_on("port-forward", kubectl_name(kube::ref_of(pod)), format(":{}", target), pod.meta.namespace_name)});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        // Of several ports one may well be undeclared; a headless Service only gives names to pods.
        if (service.meta.deleted || service.spec.ports.size() != 1 || service.spec.cluster_ip == "None") continue;
        const auto& port = service.spec.ports.front();
        const auto& state = state_of(context, service);
        if (port.target_port.is_text() || state.pods.empty() || is_meant(state.pods, port)) continue;
        const auto declared = common_ports(state.pods, protocol_of(port.protocol));
        if (!declared.empty()) report(service, state, declared, sink);
    }
}

} // namespace

extern const Rule k_target_port_undeclared{
    {.id = "KD3008",
     .name = "target-port-undeclared",
     .title = "a Service sends to a port other than those its pods declare",
     .category = "network",
     .scenario = Scenario::running_but_broken,
     .stage = Stage::service,
     .severity = Severity::warning,
     .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets, kube::Resource::endpointslices},
     .precedence = 20,
     .doc = {.meaning = "A Service with one port sends to a number that none of its pods declares, while they declare others.",
             .why_it_matters = "Requests are probably refused, although the endpoints look ready.",
             .how_it_is_found =
                 "All selected pods declare ports of the protocol, none of them is the target port, and no probe asks it. "
                 "Declared ports are only information, so this is never certain; it weighs more when a ready pod answers its "
                 "probe on the one port that it declares.",
             .what_to_do = "Ask a pod on both ports.\nCorrect targetPort, or declare the port.",
             .false_positives = "A program that listens on a port that it does not declare.",
             .see_also = "KD3003 KD3009"}},
    check};

} // namespace kdiag::rules::network
