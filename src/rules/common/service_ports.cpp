// SPDX-License-Identifier: Apache-2.0
#include "rules/common/service_ports.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules {

namespace {

kube::Text protocol_of(kube::Text protocol) {
    return protocol.empty() ? kube::Text("TCP") : protocol;
}

void add_ports(const kube::Container& container, std::vector<const kube::ContainerPort*>& ports) {
    for (const auto& port : container.ports) ports.push_back(&port);
}

std::int64_t number_of(const kube::ServicePort& port) {
    return port.target_port.set && port.target_port.number != 0 ? port.target_port.number : port.port;
}

} // namespace

std::vector<const kube::ContainerPort*> declared_ports(const kube::PodSpec& spec) {
    std::vector<const kube::ContainerPort*> ports;
    for (const auto& container : spec.containers) add_ports(container, ports);
    for (const auto& container : spec.init_containers)
        if (container.restart_policy == "Always") add_ports(container, ports);
    return ports;
}

bool declares(const kube::PodSpec& spec, const kube::ServicePort& port) {
    const auto ports = declared_ports(spec);
    return std::any_of(ports.begin(), ports.end(), [&](const kube::ContainerPort* declared) {
        if (protocol_of(declared->protocol) != protocol_of(port.protocol)) return false;
        return port.target_port.is_text() ? declared->name == port.target_port.text : declared->container_port == number_of(port);
    });
}

std::int64_t target_number(const kube::PodSpec& spec, const kube::ServicePort& port) {
    if (!port.target_port.is_text()) return number_of(port);
    for (const auto* declared : declared_ports(spec))
        if (declared->name == port.target_port.text && protocol_of(declared->protocol) == protocol_of(port.protocol))
            return declared->container_port;
    return 0;
}

std::string target_text(const kube::ServicePort& port) {
    return port.target_port.is_text() ? std::string(port.target_port.text) : std::to_string(number_of(port));
}

std::string show(const kube::ServicePort& port) {
    return format("{}{}{} -> {}", port.name, port.name.empty() ? "" : " ", port.port, target_text(port));
}

std::string show_declared(const kube::PodSpec& spec) {
    std::vector<std::string> texts;
    for (const auto* port : declared_ports(spec)) {
        std::string text = std::to_string(port->container_port);
        if (protocol_of(port->protocol) != "TCP") text += format("/{}", port->protocol);
        if (!port->name.empty()) text += format(" ({})", port->name);
        texts.push_back(std::move(text));
    }
    return texts.empty() ? "none" : list_some(texts, 4);
}

} // namespace kdiag::rules
