// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"

#include "facts/pod_status.hpp"
#include "kube/selector.hpp"
#include "rules/common/service_state.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

constexpr std::size_t k_most_endpoints = 12;

std::string ingresses_to(const kube::Service& service, const facts::Snapshot& facts) {
    std::vector<std::string> names;
    for (const auto& ingress : facts.all<kube::Ingress>()) {
        if (ingress.meta.namespace_name != service.meta.namespace_name) continue;
        for (const auto& rule : ingress.spec.rules)
            if (rule.http)
                for (const auto& path : rule.http->paths)
                    if (path.backend.service && path.backend.service->name == service.meta.name) names.push_back(format("Ingress/{} {}{}", ingress.meta.name, rule.host, path.path));
    }
    return comma_list(names, 4);
}

void set_verdict(const kube::Service& service, const rules::ServiceState& state, DescribeView& view) {
    const std::string name = view.object.display();
    if (service.spec.type == "ExternalName") {
        view.verdict = format("{} is another name for {}", name, service.spec.external_name);
    } else if (state.why == rules::ServiceState::Why::unknown) {
        view.state = Verdict::unknown;
        view.verdict = format("whether {} has endpoints is unknown: pods could not be read", name);
    } else if (service.spec.selector.empty()) {
        view.verdict = format("{} has no selector: its endpoints are made by something else", name);
    } else if (state.is_down()) {
        view.state = state.why == rules::ServiceState::Why::scaled_to_zero || state.why == rules::ServiceState::Why::finished ? Verdict::degraded : Verdict::failing;
        view.verdict = format("{} has no ready endpoints{}{}", name, state.words.empty() ? "" : ": ", state.words);
    } else {
        view.verdict = format("{} is serving: {} of {} ready", name, state.ready, counted(state.pods.size(), "pod"));
    }
}

std::string type_text(const kube::Service& service) {
    const auto& spec = service.spec;
    std::string text(spec.type);
    if (spec.cluster_ip == "None") text += ", headless: DNS answers with the pods themselves";
    else if (!spec.cluster_ip.empty()) text += format("   IP {}", spec.cluster_ip);
    for (const auto& ingress : service.status.load_balancer.ingress) text += format("   reached at {}", ingress.ip.empty() ? ingress.hostname : ingress.ip);
    if (spec.type == "LoadBalancer" && service.status.load_balancer.ingress.empty()) text += "   reached at <pending>";
    return text;
}

void add_ports(const kube::Service& service, DescribeView& view) {
    DescribeSection section{.table = {.rows = {{"PORT", "NAME", "TARGET", "PROTOCOL", "NODEPORT"}}}};
    for (const auto& port : service.spec.ports) {
        const std::string target = !port.target_port.set ? std::to_string(port.port) : port.target_port.is_text() ? std::string(port.target_port.text) : std::to_string(port.target_port.number);
        section.table.rows.push_back({std::to_string(port.port), port.name.empty() ? "-" : std::string(port.name), target, std::string(port.protocol),
                                      port.node_port > 0 ? std::to_string(port.node_port) : "-"});
    }
    view.add(std::move(section));
}

/// Pods that the selector matches, with why each is in or out of rotation.
void add_pods_behind(const rules::ServiceState& state, DescribeView& view) {
    DescribeSection section{.table = {.rows = {{"POD", "ADDRESS", "READY", "STATUS", "NODE"}}}};
    for (std::size_t i = 0; i < state.pods.size() && i < k_most_endpoints; ++i) {
        const auto& pod = *state.pods[i];
        section.table.rows.push_back({std::string(pod.meta.name), or_none(pod.status.pod_ip), rules::is_ready(pod) ? "yes" : "no", facts::pod_columns(pod).status, or_none(pod.spec.node_name)});
    }
    if (state.pods.size() > k_most_endpoints) section.lines.push_back({"", format("and {} more pods", state.pods.size() - k_most_endpoints)});
    view.add(std::move(section));
}

/// What the EndpointSlices say: shown whole, and at once where no selector explains it.
void add_slices(const kube::Service& service, const facts::Snapshot& facts, DescribeView& view) {
    DescribeSection section{.table = {.rows = {{"ENDPOINT", "PORTS", "READY", "TARGET", "ENDPOINTSLICE"}}}, .full_only = !service.spec.selector.empty()};
    for (const auto* slice : facts.slices_of(service)) {
        std::vector<std::string> ports;
        for (const auto& port : slice->ports) ports.push_back(port.port ? std::to_string(*port.port) : "<all>");
        for (const auto& endpoint : slice->endpoints)
            for (const auto address : endpoint.addresses)
                section.table.rows.push_back({std::string(address), comma_list(ports), endpoint.conditions.ready.value_or(true) ? "yes" : endpoint.conditions.terminating.value_or(false) ? "ending" : "no",
                                              endpoint.target_ref ? format("{}/{}", endpoint.target_ref->kind, endpoint.target_ref->name) : "-", std::string(slice->meta.name)});
    }
    view.add(std::move(section));
}

} // namespace

bool describe_service(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* service = input.facts.find<kube::Service>(object.namespace_name, object.name);
    if (service == nullptr) return false;
    const auto state = rules::state_of(input.facts, *service);
    set_verdict(*service, state, view);
    view.fact("Type", type_text(*service));
    view.fact("Selector", kube::show(service->spec.selector));
    std::vector<std::string> external;
    for (const auto address : service->spec.external_ips) external.emplace_back(address);
    view.fact("External IPs", comma_list(external));
    view.fact("Reached by", ingresses_to(*service, input.facts));
    add_ports(*service, view);
    add_pods_behind(state, view);
    add_slices(*service, input.facts, view);
    return true;
}

} // namespace kdiag::report
