// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/network/backends.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::network {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& backend : backends(context)) {
        if (backend.service == nullptr || backend.service->spec.type == "ExternalName" || has_port(backend)) continue;
        std::vector<std::string> ports;
        for (const auto& port : backend.service->spec.ports) ports.push_back(port.name.empty() ? std::to_string(port.port) : format("{} ({})", port.port, port.name));
        Finding finding;
        finding.subject = kube::ref_of(*backend.ingress);
        finding.discriminator = backend.name + ":" + backend.port_text();
        finding.first_seen = backend.ingress->meta.created;
        finding.title = format("{} sends {} to port {} of Service/{}, which has no such port", finding.subject.display(), backend.path, backend.port_text(), backend.name);
        finding.cause = format("Service/{} has {} {}", backend.name, ports.size() == 1 ? "port" : "ports", list_some(ports, 5));
        finding.evidence.push_back({.text = format("backend {}:{}", backend.name, backend.port_text()), .path = backend.spec_path, .value = backend.port_text()});
        finding.impact = "requests to this path are answered with an error";
        finding.remedies.push_back({.text = "use a port of the Service (its port, not its targetPort)", .command = format("{} edit ingress {}", kubectl_in(backend.ingress->meta.namespace_name), shell_quote(backend.ingress->meta.name)), .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_ingress_port_missing{
    {.id = "KD3102", .name = "ingress-port-missing", .title = "an Ingress sends to a port that its Service does not have", .category = "network", .scenario = Scenario::other, .stage = Stage::edge,
     .severity = Severity::error, .needs = {kube::Resource::ingresses, kube::Resource::services},
     .uses = {}, .precedence = 40,
     .doc = {.meaning = "A path of an Ingress sends to a port that its Service does not have.",
             .why_it_matters = "Requests to this path are answered with an error.",
             .how_it_is_found = "The number or name of the backend's port is not among the ports of the Service.",
             .what_to_do = "Use the port of the Service, not its targetPort.",
             .false_positives = "none known",
             .see_also = "KD3101"}},
    check};

} // namespace kdiag::rules::network
