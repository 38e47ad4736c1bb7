// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"
#include "kube/service.hpp"
#include "util/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kdiag::app {

/// `[LOCAL:]REMOTE` of port-forward.
struct PortSpec {
    std::optional<std::uint16_t> local; ///< 0: any free one; unset: the number that REMOTE has where it was named
    std::string remote;                 ///< a number or a name
};

/// `8080`, `8080:80`, `:80`, `0:http`, `web`. Anything else is a usage error.
Result<PortSpec> parse_port_spec(std::string_view word);

struct TargetPort {
    std::uint16_t local = 0;
    std::uint16_t pod_port = 0;     ///< where the connection goes
    std::uint16_t service_port = 0; ///< 0: a pod was named
    std::string name;               ///< of the port, where it has one
};

/// A port of a pod: a number as it is, or the containerPort of that name in a container or a sidecar. A port that the pod declares as
/// UDP only is refused: port-forward carries TCP.
Result<TargetPort> resolve_pod_port(const kube::Pod& pod, const PortSpec& spec);

/// A port of a Service in one of its pods (kubectl/pkg/cmd/portforward, kubectl/pkg/util/service_port.go): by name or number among the
/// Service's TCP ports; a headless Service's port is used as it is; a targetPort that is a name is looked up in the pod. `slices` has the
/// ports of a Service without selector, whose targetPort means nothing.
Result<TargetPort> resolve_service_port(const kube::Service& service, std::span<const kube::EndpointSlice> slices, const kube::Pod& pod, const PortSpec& spec);

} // namespace kdiag::app
