// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_patch.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

/// What the pods declare instead of the name that is asked for.
struct Declared {
    std::vector<std::string> names; ///< of ports with the right protocol, each once
    bool other_protocol = false;    ///< the name is there, for another protocol
    bool only_in_init = false;      ///< the name is there, on an init container that has ended
    std::int64_t only_number = 0;   ///< the one port there is, when there is one
};

bool has_port_name(const kube::List<kube::Container>& containers, kube::Text name) {
    return std::any_of(containers.begin(), containers.end(), [&](const kube::Container& container) {
        return std::any_of(container.ports.begin(), container.ports.end(), [&](const auto& port) { return port.name == name; });
    });
}

Declared declared_by(const std::vector<const kube::Pod*>& pods, const kube::ServicePort& port) {
    Declared declared;
    const kube::Text wanted_protocol = port.protocol.empty() ? kube::Text("TCP") : port.protocol;
    std::vector<std::int64_t> numbers;
    for (const auto* pod : pods) {
        declared.only_in_init = declared.only_in_init || has_port_name(pod->spec.init_containers, port.target_port.text);
        for (const auto* own : declared_ports(pod->spec)) {
            const kube::Text protocol = own->protocol.empty() ? kube::Text("TCP") : own->protocol;
            if (own->name == port.target_port.text) declared.other_protocol = true;
            if (protocol != wanted_protocol) continue;
            if (std::find(numbers.begin(), numbers.end(), own->container_port) == numbers.end()) numbers.push_back(own->container_port);
            const std::string name(own->name);
            if (!name.empty() && std::find(declared.names.begin(), declared.names.end(), name) == declared.names.end())
                declared.names.push_back(name);
        }
    }
    if (numbers.size() == 1) declared.only_number = numbers.front();
    return declared;
}

/// The name that was probably meant; empty when nothing says so.
std::string meant_by(const Declared& declared, kube::Text wanted) {
    const auto near = nearest(wanted, declared.names, 1);
    if (!near.empty()) return near.front();
    for (const auto& name : declared.names)
        if (name.size() > 2 && (contains(wanted, name) || contains(name, wanted))) return name;
    return declared.names.size() == 1 ? declared.names.front() : std::string();
}

std::string cause_of(const Declared& declared, const kube::ServicePort& port) {
    const auto name = port.target_port.text;
    if (declared.other_protocol)
        return format("the containers have a port named `{}`, but not for {}", name,
                      port.protocol.empty() ? kube::Text("TCP") : port.protocol);
    if (declared.only_in_init) return format("only an init container has a port named `{}`, and init containers serve nobody", name);
    if (declared.names.empty())
        return declared.only_number == 0
                   ? format("targetPort `{}` is a name, and no container of the pods declares a port", name)
                   : format("targetPort `{}` is a name, and the port {} of the containers has none", name, declared.only_number);
    return format("targetPort is `{}`, and the ports of the containers are named {}", name, list_some(declared.names, 5));
}

void report(const kube::Service& service, std::size_t index, const ServiceState& state, FindingSink& sink) {
    const auto& port = service.spec.ports[index];
    const auto declared = declared_by(state.pods, port);
    const std::string path = format(".spec.ports[{}].targetPort", index), wanted(port.target_port.text);
    Finding finding;
    finding.subject = kube::ref_of(service);
    finding.discriminator = wanted;
    finding.severity = Severity::critical;
    finding.first_seen = service.meta.created;
    finding.title = format("{} sends to the port named `{}`, which its pods do not declare", finding.subject.display(), wanted);
    finding.cause = cause_of(declared, port);
    finding.evidence.push_back(field_evidence(path, wanted, format("port {} has targetPort {}", port.port, wanted)));
    finding.evidence.push_back(
        field_evidence(".spec.containers[*].ports[*]", show_declared(state.pods.front()->spec),
                       format("{} declares ports: {}", state.pods.front()->meta.name, show_declared(state.pods.front()->spec)),
                       kube::ref_of(*state.pods.front())));
    finding.impact = format("port {} of the Service leads nowhere", port.port);
    const std::string meant = meant_by(declared, port.target_port.text);
    if (!meant.empty() && !declared.other_protocol)
        finding.remedies.push_back({.text = format("send to the port that the containers name `{}`", meant),
                                    .command = kubectl_replace(finding.subject, path, json_name(meant)),
                                    .risk = Risk::change});
    else if (declared.only_number != 0)
        finding.remedies.push_back({.text = format("send to port {} by its number", declared.only_number),
                                    .command = kubectl_replace(finding.subject, path, std::to_string(declared.only_number)),
                                    .risk = Risk::change});
    else
        finding.remedies.push_back(
            {.text = "use a number, or name the port in the container",
             .command = format("{} edit service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name)),
             .risk = Risk::change});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.meta.deleted) continue;
        const auto& state = state_of(context, service);
        if (state.pods.empty()) continue;
        for (std::size_t i = 0; i < service.spec.ports.size(); ++i) {
            const auto& port = service.spec.ports[i];
            const auto has_it = [&](const kube::Pod* pod) { return declares(pod->spec, port); };
            if (port.target_port.is_text() && std::none_of(state.pods.begin(), state.pods.end(), has_it)) report(service, i, state, sink);
        }
    }
}

} // namespace

extern const Rule k_port_name_mismatch{
    {.id = "KD3003",
     .name = "port-name-mismatch",
     .title = "a Service sends to a port name that no container declares",
     .category = "network",
     .scenario = Scenario::service_without_endpoints,
     .stage = Stage::service,
     .severity = Severity::critical,
     .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets, kube::Resource::endpointslices},
     .precedence = 50,
     .doc = {.meaning = "A Service names its target port, and no container of its pods has a port of that name and protocol.",
             .why_it_matters = "The Service has no endpoints for the port, although its pods are ready and seem to be there.",
             .how_it_is_found =
                 "targetPort is a name. It is looked for among the ports of the containers and sidecars of the selected pods, "
                 "with the same protocol; ports of init containers that end do not count. The nearest name is given.",
             .what_to_do = "Use the name that the containers have, or the number of the port.\nOr name the port in the container.",
             .see_also = "KD3001 KD3008"}},
    check};

} // namespace kdiag::rules::network
