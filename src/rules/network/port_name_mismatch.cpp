// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

std::vector<std::string> port_names(const std::vector<const kube::Pod*>& pods) {
    std::vector<std::string> names;
    for (const auto* pod : pods)
        for (const auto* containers : {&pod->spec.containers, &pod->spec.init_containers})
            for (const auto& container : *containers)
                for (const auto& port : container.ports)
                    if (!port.name.empty() && std::find(names.begin(), names.end(), std::string(port.name)) == names.end()) names.emplace_back(port.name);
    return names;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        const auto state = state_of(context.facts, service);
        if (state.pods.empty()) continue;
        const auto names = port_names(state.pods);
        for (std::size_t i = 0; i < service.spec.ports.size(); ++i) {
            const auto& port = service.spec.ports[i];
            if (!port.target_port.is_text() || std::find(names.begin(), names.end(), std::string(port.target_port.text)) != names.end()) continue;
            Finding finding;
            finding.subject = kube::ref_of(service);
            finding.discriminator = std::string(port.target_port.text);
            finding.severity = Severity::critical;
            finding.first_seen = service.meta.created;
            finding.title = format("{} sends to the port named `{}`, which its pods do not declare", finding.subject.display(), port.target_port.text);
            const auto near = nearest(port.target_port.text, names, 1);
            finding.cause = names.empty() ? format("targetPort `{}` is a name, and no container of the pods names a port", port.target_port.text)
                                          : format("targetPort is `{}`, and the containers have {}{}", port.target_port.text, list_some(names, 5), near.empty() ? "" : format("; probably `{}` is meant", near.front()));
            finding.evidence.push_back({.text = format("port {} has targetPort {}", port.port, port.target_port.text), .path = format(".spec.ports[{}].targetPort", i), .value = std::string(port.target_port.text)});
            finding.evidence.push_back({.type = EvidenceType::derived, .text = format("its {} declare {}", counted(state.pods.size(), "pod"), names.empty() ? std::string("no named port") : list_some(names, 5)), .object = kube::ref_of(*state.pods.front()), .path = ".spec.containers[*].ports[*].name"});
            finding.impact = "the Service has no endpoints for this port";
            finding.remedies.push_back({.text = "use the name or number that the containers have", .command = format("{} edit service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name)), .risk = Risk::change});
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_port_name_mismatch{
    {.id = "KD3003", .name = "port-name-mismatch", .title = "a Service sends to a port name that no container declares", .category = "network", .scenario = Scenario::service_without_endpoints, .stage = Stage::service,
     .severity = Severity::critical, .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::replicasets}, .precedence = 50,
     .doc = {.meaning = "A Service names its target port, and no container of its pods has a port of that name.",
             .why_it_matters = "The Service has no endpoints for the port, although its pods are ready.",
             .how_it_is_found = "targetPort is a name, and the containers (and sidecars) of the selected pods declare other names; the nearest is given.",
             .what_to_do = "Use the name that the containers have, or the number of the port.",
             .false_positives = "none known",
             .see_also = "KD3001 KD3008"}},
    check};

} // namespace kdiag::rules::network
