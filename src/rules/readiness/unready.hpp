// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/container_view.hpp"
#include "rules/rule.hpp"

#include <vector>

namespace kdiag::rules::readiness {

/// What keeps a running container from being ready.
enum class Obstacle { refused, undeclared_port, timeout, status, exec, errored, unknown };

struct Unready {
    ContainerView view;
    Obstacle obstacle = Obstacle::unknown;
    const kube::Event* event = nullptr; ///< the newest failure of the probe; null when it is gone
    bool starting = false;              ///< it is the startup probe that fails
    const kube::Probe& probe() const { return starting ? *view.spec->startup_probe : *view.spec->readiness_probe; }
    std::string_view kind() const { return starting ? "startup" : "readiness"; }
};

/// Containers that run, have had time to become ready, and are not. Those that crash are the crash rules' business.
const std::vector<Unready>& find_unready(const RuleContext& context);
/// The ones with an obstacle as findings: title and cause come from the probe, its last failure and the container's ports.
void report(const RuleContext& context, Obstacle obstacle, FindingSink& sink);

} // namespace kdiag::rules::readiness
