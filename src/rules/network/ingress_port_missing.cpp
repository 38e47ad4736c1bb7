// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_patch.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/network/backends.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::network {

namespace {

/// The port of the Service that was probably meant: the one whose targetPort was named, the one with a near name, the only one.
const kube::ServicePort* meant_port(const Backend& backend) {
    const auto& ports = backend.service->spec.ports;
    for (const auto& port : ports)
        if (target_text(port) == backend.port_text()) return &port;
    for (const auto& port : ports)
        if (!backend.port->name.empty() && !nearest(backend.port->name, {std::string(port.name)}, 1).empty()) return &port;
    return ports.size() == 1 ? &ports.front() : nullptr;
}

void report(const Backend& backend, FindingSink& sink) {
    const auto* meant = meant_port(backend);
    std::vector<std::string> ports;
    for (const auto& port : backend.service->spec.ports)
        ports.push_back(port.name.empty() ? std::to_string(port.port) : format("{} ({})", port.port, port.name));
    const std::string asked = backend.port_text();
    Finding finding;
    finding.subject = kube::ref_of(*backend.ingress);
    finding.discriminator = backend.name + ":" + asked;
    finding.first_seen = backend.ingress->meta.created;
    finding.title = format("{} sends {} to port {} of Service/{}, which has no such port", finding.subject.display(), backend.path, asked,
                           backend.name);
    finding.cause = format("Service/{} has {} {}", backend.name, ports.size() == 1 ? "port" : "ports", list_some(ports, 5));
    if (meant != nullptr && target_text(*meant) == asked)
        finding.cause += format("; {} is its targetPort, and an Ingress names the port of the Service", asked);
    finding.evidence.push_back(field_evidence(backend.spec_path + ".port", asked, format("backend {}:{}", backend.name, asked)));
    finding.evidence.push_back(field_evidence(".spec.ports", list_some(ports, 5),
                                              format("Service/{} has ports {}", backend.name, list_some(ports, 5)),
                                              kube::ref_of(*backend.service)));
    finding.impact = "requests to this path are answered with an error";
    if (meant != nullptr)
        finding.remedies.push_back(
            {.text = format("send to port {} of the Service", meant->port),
             .command = kubectl_replace(finding.subject, backend.spec_path + ".port", format("{{\"number\":{}}}", meant->port)),
             .risk = Risk::change});
    finding.remedies.push_back(
        {.text = "see the ports of the Service",
         .command = format("{} get service {}", kubectl_in(backend.ingress->meta.namespace_name), shell_quote(backend.name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& backend : backends(context)) {
        if (backend.service == nullptr || has_port(backend)) continue;
        const auto& spec = backend.service->spec;
        const bool may_lack_ports = spec.type == "ExternalName" || (spec.cluster_ip == "None" && spec.ports.empty());
        if (!may_lack_ports) report(backend, sink);
    }
}

} // namespace

extern const Rule k_ingress_port_missing{
    {.id = "KD3102",
     .name = "ingress-port-missing",
     .title = "an Ingress sends to a port that its Service does not have",
     .category = "network",
     .scenario = Scenario::other,
     .stage = Stage::edge,
     .severity = Severity::error,
     .needs = {kube::Resource::ingresses, kube::Resource::services},
     .precedence = 40,
     .doc = {.meaning = "A path of an Ingress sends to a port that its Service does not have.",
             .why_it_matters = "Requests to this path are answered with an error.",
             .how_it_is_found =
                 "The number or name of the backend's port is not among the ports of the Service. It is said when the number is the "
                 "targetPort, which is the usual confusion.",
             .what_to_do = "Use the port of the Service, not its targetPort.",
             .see_also = "KD3101"}},
    check};

} // namespace kdiag::rules::network
