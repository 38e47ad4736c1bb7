// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"

#include <string>
#include <vector>

namespace kdiag::facts {

/// One container's log that is worth reading.
struct LogTarget {
    std::string namespace_name, pod, container;
    bool previous = false; ///< the instance before the current one
    bool decides = false;  ///< it ended badly, and only its log can say why
};

/// The containers whose last lines may tell a cause: those that ended badly or restart, then init containers that run on, then
/// containers that run without being ready, then those whose status tells the cause (OOMKilled); one for each workload and container
/// before a second one of any, so that `limit` covers as many workloads as possible.
std::vector<LogTarget> wanted_logs(const SnapshotParts& parts, std::size_t limit);

} // namespace kdiag::facts
