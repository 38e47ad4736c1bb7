// SPDX-License-Identifier: Apache-2.0
#include "rules/network/backends.hpp"

#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

void add(const RuleContext& context, const kube::Ingress& ingress, const kube::IngressBackend& backend, std::string path,
         std::string spec_path, std::vector<Backend>& list) {
    // AWS's controller has actions of its own in the place of Services.
    if (!backend.service || backend.service->port.name == "use-annotation") return;
    list.push_back({.ingress = &ingress,
                    .service = context.facts.find<kube::Service>(ingress.meta.namespace_name, backend.service->name),
                    .name = std::string(backend.service->name),
                    .port = &backend.service->port,
                    .path = std::move(path),
                    .spec_path = spec_path + ".service"});
}

} // namespace

std::string Backend::port_text() const {
    return port->name.empty() ? std::to_string(port->number) : std::string(port->name);
}

std::vector<Backend> backends(const RuleContext& context) {
    std::vector<Backend> list;
    for (const auto& ingress : context.facts.all<kube::Ingress>()) {
        if (ingress.meta.deleted) continue;
        if (ingress.spec.default_backend)
            add(context, ingress, *ingress.spec.default_backend, "everything else", ".spec.defaultBackend", list);
        for (std::size_t r = 0; r < ingress.spec.rules.size(); ++r) {
            const auto& rule = ingress.spec.rules[r];
            if (!rule.http) continue;
            for (std::size_t p = 0; p < rule.http->paths.size(); ++p) {
                const auto& path = rule.http->paths[p];
                add(context, ingress, path.backend, format("{}{}", rule.host, path.path.empty() ? kube::Text("/") : path.path),
                    format(".spec.rules[{}].http.paths[{}].backend", r, p), list);
            }
        }
    }
    return list;
}

bool has_port(const Backend& backend) {
    const auto& ports = backend.service->spec.ports;
    return std::any_of(ports.begin(), ports.end(), [&](const kube::ServicePort& port) {
        return backend.port->name.empty() ? port.port == backend.port->number : port.name == backend.port->name;
    });
}

} // namespace kdiag::rules::network
