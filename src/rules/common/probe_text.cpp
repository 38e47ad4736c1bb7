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

/// The program that the runtime did not find in the image: `exec: "curl": executable file not found in $PATH`.
std::string_view missing_program(std::string_view message) {
    if (!contains(message, "executable file not found") && !contains(message, "no such file or directory")) return {};
    return contains(message, "probe errored") ? between(message, "exec: \"", "\"") : std::string_view();
}

/// What follows `Readiness probe failed: `, `... errored: `, or `... errored and resulted in unknown state: ` as newer kubelets say.
std::string_view words_of(std::string_view message) {
    const auto colon = message.find(": ");
    return trim(colon == std::string_view::npos ? message : message.substr(colon + 2));
}

/// What went wrong, without the layers that the runtime passed it through.
std::string_view core_of_error(std::string_view message) {
    constexpr std::string_view k_last_layer = "unable to start container process: ", k_no_more_known = ": unknown";
    auto words = words_of(message);
    if (const auto at = words.find(k_last_layer); at != std::string_view::npos) words.remove_prefix(at + k_last_layer.size());
    if (words.ends_with(k_no_more_known)) words.remove_suffix(k_no_more_known.size());
    return words;
}

/// What a command prints is its own: words in it about refused connections are not about the probe.
std::string explain_command_failure(const kube::Probe& probe, std::string_view kind, std::string_view message) {
    if (command_timed_out(message)) return format("the {} probe ({}) gets no answer within its timeout of {}s", kind, probe_target(probe), probe.timeout_seconds);
    if (const auto program = missing_program(message); !program.empty())
        return format("the {} probe runs `{}`, which is not in the container's image", kind, program);
    if (contains(message, "probe errored")) return format("the {} probe cannot be run: {}", kind, core_of_error(message));
    const auto output = contains(message, ": ") ? words_of(message) : std::string_view();
    if (output.empty() && !message.empty()) return format("the {} probe's command `{}` fails without saying why", kind, join(probe.exec->command, " "));
    return output.empty() ? format("the {} probe's command `{}` fails", kind, join(probe.exec->command, " "))
                          : format("the {} probe's command fails and says: {}", kind, output);
}

} // namespace

bool command_timed_out(std::string_view message) {
    if (contains(message, "probe errored")) return contains(message, "deadline exceeded") || contains(message, "timed out");
    return words_of(message).starts_with("command") && contains(message, "timed out");
}

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
    if (probe.exec) return explain_command_failure(probe, kind, message);
    const auto port = probe_port(container, probe);
    const std::string asked = port ? format("port {}", *port) : "its port";
    bool declared = false;
    for (const auto& entry : container.ports) declared = declared || (port && entry.container_port == *port);
    if (const auto name = undeclared_port_name(container, probe))
        return format("the {} probe asks the port named `{}`, and the container declares {}", kind, *name, container.ports.empty() ? "no port" : declared_ports(container));
    if (contains(message, "connection refused")) {
        if (!declared && !container.ports.empty())
            return format("nothing listens on {}, which the {} probe asks; the container declares {}", asked, kind, declared_ports(container));
        return format("nothing listens on {}, which the {} probe asks: the program has not come up, or listens elsewhere or on 127.0.0.1 only", asked, kind);
    }
    if (contains(message, "no route to host")) return format("the kubelet cannot reach the pod's address for the {} probe: no route to host", kind);
    if (contains(message, "connection reset") || trim(message).ends_with(": EOF"))
        return format("{} closes the connection of the {} probe without an answer", asked, kind);
    if (contains(message, "failed to connect service")) // what gRPC says of a closed port and of one that speaks TLS
        return format("the {} probe gets no gRPC connection to {}: nothing listens there, or it speaks TLS", kind, asked);
    if (contains(message, "statuscode: ") || contains(message, "status code ")) {
        const auto code = message.substr(message.rfind(' ') + 1);
        return format("the {} probe ({}) is answered with status {}", kind, probe_target(probe), trim(code));
    }
    if (const auto answer = between(message, "(responded with \"", "\")"); !answer.empty())
        return format("the {} probe ({}) is answered with {}", kind, probe_target(probe), answer);
    if (contains(message, "does not implement the grpc health protocol"))
        return format("the {} probe asks for gRPC's health service, which the server on {} does not have", kind, asked);
    if (contains(message, "dial tcp") && contains(message, "i/o timeout"))
        return format("the {} probe cannot connect to {} within {}s, and nothing refuses it: something on the way drops it", kind, asked, probe.timeout_seconds);
    if (contains(message, "timed out") || contains(message, "deadline exceeded") || contains(message, "Client.Timeout") || contains(message, "i/o timeout"))
        return format("the {} probe ({}) gets no answer within its timeout of {}s", kind, probe_target(probe), probe.timeout_seconds);
    if (contains(message, "no such host")) return format("the {} probe asks a host that does not resolve", kind);
    if (contains(message, "server gave HTTP response to HTTPS client")) return format("the {} probe speaks HTTPS, and {} speaks HTTP", kind, asked);
    if (contains(message, "malformed HTTP response")) return format("the {} probe speaks HTTP, and {} probably speaks TLS", kind, asked);
    if (contains(message, "probe errored")) return format("the {} probe cannot be run: {}", kind, words_of(message));
    return {};
}

} // namespace kdiag::rules
