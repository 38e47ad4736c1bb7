// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/pod_demand.hpp"

#include "kube/quantity.hpp"

#include <algorithm>
#include <limits>

namespace kdiag::rules::scheduling {

namespace {

constexpr std::int64_t k_most = std::numeric_limits<std::int64_t>::max() / 4;

std::int64_t saturating_sum(std::int64_t a, std::int64_t b) {
    return std::clamp(a, -k_most, k_most) + std::clamp(b, -k_most, k_most);
}

Amounts::iterator place_of(Amounts& amounts, std::string_view resource) {
    const auto at = std::lower_bound(amounts.begin(), amounts.end(), resource,
                                     [](const auto& entry, std::string_view name) { return entry.first < name; });
    return at != amounts.end() && at->first == resource ? at : amounts.insert(at, {resource, 0});
}

Amounts parsed(const kube::TextMap& quantities) {
    Amounts amounts;
    for (const auto& [resource, text] : quantities)
        if (const auto value = kube::parse_quantity(text)) place_of(amounts, resource)->second = *value;
    return amounts;
}

Amounts requests_of(const kube::Container& container) {
    Amounts amounts = parsed(container.resources.requests);
    for (const auto& [resource, value] : parsed(container.resources.limits))
        if (!kube::has_key(container.resources.requests, resource)) place_of(amounts, resource)->second = value;
    return amounts;
}

void raise_to(Amounts& amounts, const Amounts& other) {
    for (const auto& [resource, value] : other) {
        const auto at = place_of(amounts, resource);
        at->second = std::max(at->second, value);
    }
}

} // namespace

std::int64_t amount_of(const Amounts& amounts, std::string_view resource) {
    const auto at = std::lower_bound(amounts.begin(), amounts.end(), resource,
                                     [](const auto& entry, std::string_view name) { return entry.first < name; });
    return at != amounts.end() && at->first == resource ? at->second : 0;
}

void add_amounts(Amounts& to, const Amounts& more) {
    for (const auto& [resource, value] : more) {
        const auto at = place_of(to, resource);
        at->second = saturating_sum(at->second, value);
    }
}

Amounts requests_of(const kube::PodSpec& spec) {
    Amounts total, sidecars, largest_init;
    for (const auto& container : spec.init_containers) {
        Amounts own = requests_of(container);
        if (container.restart_policy == "Always") {
            add_amounts(sidecars, own);
            raise_to(largest_init, sidecars);
        } else {
            add_amounts(own, sidecars);
            raise_to(largest_init, own);
        }
    }
    for (const auto& container : spec.containers) add_amounts(total, requests_of(container));
    add_amounts(total, sidecars);
    raise_to(total, largest_init);
    add_amounts(total, parsed(spec.overhead));
    return total;
}

std::vector<HostPort> host_ports_of(const kube::PodSpec& spec) {
    std::vector<HostPort> ports;
    const auto add = [&](const kube::Container& container) {
        for (const auto& port : container.ports) {
            const std::int64_t number = port.host_port != 0 ? port.host_port : spec.host_network ? port.container_port : 0;
            const HostPort taken{number, port.protocol.empty() ? "TCP" : port.protocol};
            if (number != 0 && std::find(ports.begin(), ports.end(), taken) == ports.end()) ports.push_back(taken);
        }
    };
    for (const auto& container : spec.containers) add(container);
    for (const auto& container : spec.init_containers)
        if (container.restart_policy == "Always") add(container);
    return ports;
}

bool takes_room(const kube::Pod& pod) {
    return pod.status.phase != "Succeeded" && pod.status.phase != "Failed";
}

} // namespace kdiag::rules::scheduling
