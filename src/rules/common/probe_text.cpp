// SPDX-License-Identifier: Apache-2.0
#include "rules/common/probe_text.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules {

namespace {

std::string port_text(const kube::IntOrString& port) {
    return port.is_text() ? std::string(port.text) : std::to_string(port.number);
}

const kube::IntOrString* port_of(const kube::Probe& probe) {
    if (probe.http_get) return &probe.http_get->port;
    if (probe.tcp_socket) return &probe.tcp_socket->port;
    return nullptr;
}

std::optional<std::int64_t> declared_port(const kube::Container& container, kube::Text name) {
    for (const auto& port : container.ports)
        if (port.name == name) return port.container_port;
    return std::nullopt;
}

std::string declared_ports(const kube::Container& container) {
    std::vector<std::string> ports;
    for (const auto& port : container.ports)
        ports.push_back(port.name.empty() ? std::to_string(port.container_port) : format("{} ({})", port.container_port, port.name));
    return list_some(ports, 4);
}

} // namespace

std::string probe_target(const kube::Probe& probe) {
    if (probe.http_get) {
        const auto& http = *probe.http_get;
        return format("GET {} {}:{}{}", to_lower(http.scheme.empty() ? "http" : http.scheme), http.host, port_text(http.port), http.path.empty() ? "/" : http.path);
    }
    if (probe.tcp_socket) return format("TCP {}:{}", probe.tcp_socket->host, port_text(probe.tcp_socket->port));
    if (probe.grpc) return format("gRPC :{}{}{}", probe.grpc->port, probe.grpc->service.empty() ? "" : " ", probe.grpc->service);
    if (probe.exec) return format("exec {}", join(probe.exec->command, " "));
    return "nothing";
}

std::string probe_sentence(const kube::Probe& probe, std::string_view consequence) {
    std::string text = format("{}, every {}s, {}s timeout", probe_target(probe), probe.period_seconds, probe.timeout_seconds);
    if (probe.initial_delay_seconds > 0) text += format(", starts after {}s", probe.initial_delay_seconds);
    return text + format(", {} after {}", consequence, counted(static_cast<std::size_t>(probe.failure_threshold), "failure"));
}

std::optional<std::int64_t> probe_port(const kube::Container& container, const kube::Probe& probe) {
    if (probe.grpc) return probe.grpc->port;
    const auto* port = port_of(probe);
    if (port == nullptr) return std::nullopt;
    return port->is_text() ? declared_port(container, port->text) : std::optional(port->number);
}

std::optional<std::string> undeclared_port_name(const kube::Container& container, const kube::Probe& probe) {
    const auto* port = port_of(probe);
    if (port == nullptr || !port->is_text() || declared_port(container, port->text)) return std::nullopt;
    return std::string(port->text);
}

std::string explain_probe_failure(const kube::Container& container, const kube::Probe& probe, std::string_view kind, std::string_view message) {
    const auto port = probe_port(container, probe);
    const std::string asked = port ? format("port {}", *port) : "its port";
    bool declared = false;
    for (const auto& entry : container.ports) declared = declared || (port && entry.container_port == *port);
    if (const auto name = undeclared_port_name(container, probe))
        return format("the {} probe asks the port named `{}`, and the container declares {}", kind, *name, container.ports.empty() ? "no port" : declared_ports(container));
    if (contains(message, "connection refused")) {
        if (!declared && !container.ports.empty())
            return format("nothing listens on {}, which the {} probe asks; the container declares {}", asked, kind, declared_ports(container));
        return format("nothing listens on {} yet or any more, which the {} probe asks: connection refused", asked, kind);
    }
    if (contains(message, "statuscode: ") || contains(message, "status code ")) {
        const auto code = message.substr(message.rfind(' ') + 1);
        return format("the {} probe ({}) is answered with status {}", kind, probe_target(probe), trim(code));
    }
    if (contains(message, "timed out") || contains(message, "deadline exceeded") || contains(message, "Client.Timeout") || contains(message, "i/o timeout"))
        return format("the {} probe ({}) gets no answer within its timeout of {}s", kind, probe_target(probe), probe.timeout_seconds);
    if (contains(message, "no such host")) return format("the {} probe asks a host that does not resolve", kind);
    if (contains(message, "executable file not found") || contains(message, "errored")) return format("the {} probe cannot be run: {}", kind, trim(message));
    if (contains(message, "server gave HTTP response to HTTPS client")) return format("the {} probe speaks HTTPS, and {} speaks HTTP", kind, asked);
    if (contains(message, "malformed HTTP response")) return format("the {} probe speaks HTTP, and {} probably speaks TLS", kind, asked);
    if (probe.exec) {
        const auto colon = message.find(": ");
        const auto output = trim(colon == std::string_view::npos ? std::string_view() : message.substr(colon + 2));
        return output.empty() ? format("the {} probe's command `{}` fails", kind, join(probe.exec->command, " "))
                              : format("the {} probe's command fails and says: {}", kind, output);
    }
    return {};
}

} // namespace kdiag::rules
