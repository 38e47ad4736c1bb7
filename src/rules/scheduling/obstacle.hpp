// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/constraint.hpp"

#include <string>

namespace kdiag::rules::scheduling {

/// One thing that keeps a pod from one node.
struct Obstacle {
    Constraint constraint = Constraint::other;
    std::string what;        ///< a few words for the table: `cpu`, `taint gpu=true:NoSchedule`, `label disk=ssd`
    std::string detail = {}; ///< the resource, the taint's key, the pod or the volume in the way
};

} // namespace kdiag::rules::scheduling
