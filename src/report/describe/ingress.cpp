// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"

#include "rules/common/service_state.hpp"
#include "util/format.hpp"

namespace kdiag::report {

namespace {

/// What stands behind a backend, and whether it answers.
struct Backend {
    std::string name, state;
    bool is_down = false;
};

Backend backend_of(const kube::IngressBackend& backend, std::string_view namespace_name, const facts::Snapshot& facts) {
    if (!backend.service) return {.name = backend.resource ? format("{}/{}", backend.resource->kind, backend.resource->name) : "<none>", .state = "-"};
    const auto& wanted = *backend.service;
    Backend result{.name = format("{}:{}", wanted.name, wanted.port.name.empty() ? std::to_string(wanted.port.number) : std::string(wanted.port.name))};
    const auto* service = facts.find<kube::Service>(namespace_name, wanted.name);
    if (service == nullptr) {
        result.is_down = facts.knows<kube::Service>();
        result.state = result.is_down ? "no such Service" : "<unknown>";
        return result;
    }
    const auto state = rules::state_of(facts, *service);
    result.is_down = state.is_down();
    result.state = state.why == rules::ServiceState::Why::unknown ? "<unknown>" : state.why == rules::ServiceState::Why::exempt ? "no selector" : format("{} of {} ready", state.ready, state.pods.size());
    return result;
}

std::string addresses_of(const kube::Ingress& ingress) {
    std::vector<std::string> addresses;
    for (const auto& entry : ingress.status.load_balancer.ingress) addresses.emplace_back(entry.ip.empty() ? entry.hostname : entry.ip);
    return addresses.empty() ? "<pending>" : comma_list(addresses);
}

std::string tls_of(const kube::Ingress& ingress, const facts::Snapshot& facts) {
    std::vector<std::string> texts;
    for (const auto& tls : ingress.spec.tls) {
        const bool absent = !tls.secret_name.empty() && facts.knows<kube::Secret>() && facts.find<kube::Secret>(ingress.meta.namespace_name, tls.secret_name) == nullptr;
        texts.push_back(format("{} for {}{}", tls.secret_name.empty() ? "the default certificate" : format("Secret/{}", tls.secret_name), join(tls.hosts, ", "), absent ? " (does not exist)" : ""));
    }
    return comma_list(texts);
}

} // namespace

bool describe_ingress(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* ingress = input.facts.find<kube::Ingress>(object.namespace_name, object.name);
    if (ingress == nullptr) return false;
    DescribeSection section{.table = {.rows = {{"HOST", "PATH", "BACKEND", "ENDPOINTS"}}}};
    std::size_t paths = 0, down = 0;
    const auto add = [&](std::string host, std::string path, const kube::IngressBackend& wanted) {
        auto backend = backend_of(wanted, object.namespace_name, input.facts);
        ++paths;
        if (backend.is_down) ++down;
        section.table.rows.push_back({std::move(host), std::move(path), std::move(backend.name), std::move(backend.state)});
    };
    for (const auto& rule : ingress->spec.rules)
        if (rule.http)
            for (const auto& path : rule.http->paths) add(rule.host.empty() ? "*" : std::string(rule.host), std::string(path.path), path.backend);
    if (ingress->spec.default_backend) add("*", "default", *ingress->spec.default_backend);
    view.state = down == 0 ? Verdict::healthy : down == paths ? Verdict::failing : Verdict::degraded;
    view.verdict = paths == 0 ? format("{} has no path", object.display()) : format("{} has endpoints behind {} of {} paths", object.display(), paths - down, paths);
    view.fact("Class", ingress->spec.ingress_class_name.empty() ? "<none>" : std::string(ingress->spec.ingress_class_name));
    view.fact("Address", addresses_of(*ingress));
    view.fact("TLS", tls_of(*ingress, input.facts));
    view.fact("Age", to_age(input.now - ingress->meta.created));
    view.add(std::move(section));
    return true;
}

} // namespace kdiag::report
