// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"

#include <compare>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::rules::scheduling {

/// Amounts by resource name, in thousandths of the unit, sorted by name.
using Amounts = std::vector<std::pair<std::string_view, std::int64_t>>;
std::int64_t amount_of(const Amounts& amounts, std::string_view resource);
void add_amounts(Amounts& to, const Amounts& more);

struct HostPort {
    std::int64_t port = 0;
    std::string_view protocol;
    auto operator<=>(const HostPort&) const = default;
};

/// What the scheduler reserves for a pod: the sum of its containers and sidecars, or the largest init container with the
/// sidecars before it when that is more, plus overhead. A limit stands in for an absent request, as defaulting does.
Amounts requests_of(const kube::PodSpec& spec);
/// Ports of the node that the pod takes; with hostNetwork every container port is one.
std::vector<HostPort> host_ports_of(const kube::PodSpec& spec);
/// Whether the pod holds what it asked for: terminal pods have given it back.
bool takes_room(const kube::Pod& pod);

} // namespace kdiag::rules::scheduling
