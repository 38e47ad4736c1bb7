// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "kube/selector.hpp"
#include "rules/common/service_state.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::report {

namespace {

std::string target_of(const kube::ServicePort& port) {
    if (!port.target_port.set) return std::to_string(port.port);
    return port.target_port.is_text() ? std::string(port.target_port.text) : std::to_string(port.target_port.number);
}

std::string ingresses_to(const kube::Service& service, const facts::Snapshot& facts) {
    std::vector<std::string> names;
    for (const auto& ingress : facts.all<kube::Ingress>()) {
        if (ingress.meta.namespace_name != service.meta.namespace_name) continue;
        for (const auto& rule : ingress.spec.rules)
            if (rule.http)
                for (const auto& path : rule.http->paths)
                    if (path.backend.service && path.backend.service->name == service.meta.name) names.push_back(format("Ingress/{} {}{}", ingress.meta.name, rule.host, path.path));
    }
    return list_some(names, 4);
}

} // namespace

void describe_service(const kube::Service& service, const DescribeInput& input, DescribeView& view) {
    const auto state = rules::state_of(input.facts, service);
    const std::string name = view.object.display();
    if (service.spec.type == "ExternalName") view.verdict = format("{} is another name for {}", name, service.spec.external_name);
    else if (service.spec.selector.empty()) view.verdict = format("{} has no selector: its endpoints are made by something else", name);
    else if (state.ready > 0) view.verdict = format("{} is serving: {} of {} ready", name, state.ready, counted(state.pods.size(), "pod"));
    else view.verdict = format("{} has no ready endpoints{}{}", name, state.words.empty() ? "" : ": ", state.words);
    view.facts.emplace_back("Type", format("{}{}", service.spec.type, service.spec.cluster_ip.empty() ? "" : format("       IP {}", service.spec.cluster_ip)));
    if (!service.spec.selector.empty()) view.facts.emplace_back("Selector", kube::show(service.spec.selector));
    if (const auto from = ingresses_to(service, input.facts); !from.empty()) view.facts.emplace_back("Reached by", from);
    DescribeSection ports;
    ports.table.rows.push_back({"PORT", "NAME", "TARGET", "PROTOCOL", "NODEPORT"});
    for (const auto& port : service.spec.ports)
        ports.table.rows.push_back({std::to_string(port.port), port.name.empty() ? "-" : std::string(port.name), target_of(port), std::string(port.protocol), port.node_port > 0 ? std::to_string(port.node_port) : "-"});
    if (ports.table.rows.size() > 1) view.sections.push_back(std::move(ports));
    DescribeSection endpoints;
    endpoints.table.rows.push_back({"POD", "ADDRESS", "READY", "NODE"});
    for (const auto* pod : state.pods)
        endpoints.table.rows.push_back({std::string(pod->meta.name), pod->status.pod_ip.empty() ? "<none>" : std::string(pod->status.pod_ip), rules::is_ready(*pod) ? "yes" : "no", pod->spec.node_name.empty() ? "<none>" : std::string(pod->spec.node_name)});
    if (endpoints.table.rows.size() > 1) view.sections.push_back(std::move(endpoints));
}

} // namespace kdiag::report
