// SPDX-License-Identifier: Apache-2.0
#include "app/target_port.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <charconv>
#include <vector>

namespace kdiag::app {

namespace {

constexpr std::uint16_t k_no_port = 0;

Error bad_spec(std::string_view word) {
    return {.kind = ErrorKind::usage, .message = format("`{}` is no port", word), .help = {"a port is written as [LOCAL:]REMOTE, as in 8080:80, 8080, 0:http; numbers go from 1 to 65535"}};
}

bool is_number(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

std::optional<std::uint16_t> port_number(std::string_view text) {
    std::uint16_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return number;
}

/// A port's name has at least one letter and no more than 15 characters of lower case, digits and dashes (IANA_SVC_NAME); a
/// Service's may be as long as a DNS label.
bool may_be_name(std::string_view text) {
    return text.size() <= 63 && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos &&
           text.find_first_of("abcdefghijklmnopqrstuvwxyz") != std::string_view::npos;
}

/// An absent protocol is TCP.
bool is_tcp(std::string_view protocol) {
    return protocol.empty() || protocol == "TCP";
}

std::uint16_t as_port(std::int64_t number) {
    return number > 0 && number <= 65535 ? static_cast<std::uint16_t>(number) : k_no_port;
}

/// The ports of containers and sidecars: init containers that have ended listen no more.
std::vector<kube::ContainerPort> declared_ports(const kube::Pod& pod) {
    std::vector<kube::ContainerPort> ports;
    for (const auto& container : pod.spec.containers) ports.insert(ports.end(), container.ports.begin(), container.ports.end());
    for (const auto& container : pod.spec.init_containers)
        if (container.restart_policy == "Always") ports.insert(ports.end(), container.ports.begin(), container.ports.end());
    return ports;
}

Error not_tcp(std::string_view what, std::string_view protocol) {
    return {.kind = ErrorKind::usage, .message = format("{} is {}, and port-forward carries TCP only", what, protocol)};
}

/// `names` may hold empty ones.
Error no_port(std::string message, const std::string& wanted, const std::vector<std::string>& names, std::string has) {
    Error error{.kind = ErrorKind::not_found, .message = std::move(message)};
    if (!has.empty()) error.notes.push_back(std::move(has));
    if (const auto near = nearest(wanted, names, 1); !near.empty() && !near.front().empty()) error.help.push_back(format("did you mean {}?", near.front()));
    return error;
}

std::string shown_ports(const std::vector<kube::ContainerPort>& ports) {
    std::vector<std::string> shown;
    for (const auto& port : ports)
        shown.push_back(format("{}{}{}{}", port.container_port, port.name.empty() ? "" : " ", port.name, is_tcp(port.protocol) ? "" : "/" + std::string(port.protocol)));
    return shown.empty() ? "it declares no ports" : format("it declares {}", join(shown, ", "));
}

std::string shown_ports(const kube::Service& service) {
    std::vector<std::string> shown;
    for (const auto& port : service.spec.ports)
        shown.push_back(format("{}{}{}{}", port.port, port.name.empty() ? "" : " ", port.name, is_tcp(port.protocol) ? "" : "/" + std::string(port.protocol)));
    return shown.empty() ? "it has no ports" : format("its ports: {}", join(shown, ", "));
}

Result<std::uint16_t> container_port_of_name(const kube::Pod& pod, std::string_view name) {
    const auto ports = declared_ports(pod);
    const kube::ContainerPort* other = nullptr;
    std::vector<std::string> names;
    for (const auto& port : ports) {
        names.emplace_back(port.name);
        if (port.name != name) continue;
        if (is_tcp(port.protocol)) return as_port(port.container_port);
        other = &port;
    }
    if (other != nullptr) return not_tcp(format("port {} of pod `{}`", name, pod.meta.name), other->protocol);
    return no_port(format("pod `{}` has no port `{}`", pod.meta.name, name), std::string(name), names, shown_ports(ports));
}

Status check_not_udp(const kube::Pod& pod, std::uint16_t number) {
    std::string_view other;
    for (const auto& port : declared_ports(pod)) {
        if (port.container_port != number) continue;
        if (is_tcp(port.protocol)) return {};
        other = port.protocol;
    }
    if (other.empty()) return {}; // containers may listen on ports that they do not declare
    return not_tcp(format("port {} of pod `{}`", number, pod.meta.name), other);
}

/// The port of a Service by number or name: TCP and UDP ports may share a number, and then the TCP one is meant.
Result<const kube::ServicePort*> find_service_port(const kube::Service& service, const std::string& remote) {
    const kube::ServicePort* other = nullptr;
    const auto number = is_number(remote) ? port_number(remote) : std::nullopt;
    std::vector<std::string> names;
    for (const auto& port : service.spec.ports) {
        names.emplace_back(port.name);
        if (number ? port.port != *number : port.name != remote) continue;
        if (is_tcp(port.protocol)) return &port;
        other = &port;
    }
    if (other != nullptr) return not_tcp(format("port {} of service `{}`", remote, service.meta.name), other->protocol);
    return no_port(format("service `{}` has no port `{}`", service.meta.name, remote), remote, names, shown_ports(service));
}

/// Slices of a Service without selector hold the port that its endpoints listen on, under the same name.
std::uint16_t port_in_slices(std::span<const kube::EndpointSlice> slices, const kube::ServicePort& wanted) {
    for (const auto& slice : slices)
        for (const auto& port : slice.ports)
            if (port.name == wanted.name && is_tcp(port.protocol) && port.port) return as_port(*port.port);
    return k_no_port;
}

} // namespace

Result<PortSpec> parse_port_spec(std::string_view word) {
    PortSpec spec;
    const auto colon = word.find(':');
    const auto remote = colon == std::string_view::npos ? word : word.substr(colon + 1);
    if (is_number(remote) ? port_number(remote).value_or(0) == 0 : !may_be_name(remote)) return bad_spec(word);
    spec.remote = remote;
    if (colon == std::string_view::npos) return spec;
    const auto local = word.substr(0, colon);
    spec.local = local.empty() ? std::optional<std::uint16_t>(0) : is_number(local) ? port_number(local) : std::nullopt;
    if (!spec.local) return bad_spec(word);
    return spec;
}

Result<TargetPort> resolve_pod_port(const kube::Pod& pod, const PortSpec& spec) {
    TargetPort target;
    if (is_number(spec.remote)) {
        target.pod_port = *port_number(spec.remote);
        KD_TRY(check_not_udp(pod, target.pod_port));
    } else {
        KD_TRY_ASSIGN(target.pod_port, container_port_of_name(pod, spec.remote));
        target.name = spec.remote;
    }
    target.local = spec.local.value_or(target.pod_port);
    return target;
}

Result<TargetPort> resolve_service_port(const kube::Service& service, std::span<const kube::EndpointSlice> slices, const kube::Pod& pod, const PortSpec& spec) {
    KD_TRY_ASSIGN(const auto* const port, find_service_port(service, spec.remote));
    TargetPort target{.local = 0, .pod_port = as_port(port->port), .service_port = as_port(port->port), .name = std::string(port->name)};
    const bool headless = service.spec.cluster_ip == "None";
    if (const auto resolved = service.spec.selector.empty() ? port_in_slices(slices, *port) : k_no_port; resolved != k_no_port) {
        target.pod_port = resolved;
    } else if (!headless && port->target_port.is_text()) {
        KD_TRY_ASSIGN(target.pod_port, container_port_of_name(pod, port->target_port.text));
    } else if (!headless && port->target_port.number != 0) {
        target.pod_port = as_port(port->target_port.number);
    }
    target.local = spec.local.value_or(target.service_port);
    return target;
}

} // namespace kdiag::app
