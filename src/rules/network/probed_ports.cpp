// SPDX-License-Identifier: Apache-2.0
#include "rules/network/probed_ports.hpp"

#include "rules/common/probe_text.hpp"

#include <algorithm>

namespace kdiag::rules::network {

bool is_probed(const kube::PodSpec& spec, std::int64_t port) {
    return std::any_of(spec.containers.begin(), spec.containers.end(), [&](const kube::Container& container) {
        for (const auto* probe : {&container.readiness_probe, &container.liveness_probe, &container.startup_probe})
            if (*probe && probe_port(container, **probe) == port) return true;
        return false;
    });
}

} // namespace kdiag::rules::network
