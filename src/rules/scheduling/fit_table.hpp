// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/node_fit.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::scheduling {

/// Lines of equal columns in plain ASCII: a header, then a row for each node; above 12 nodes a row for each set of reasons.
std::vector<std::string> fit_table(const kube::Pod& pod, const std::vector<NodeFit>& fits);
/// `cpu 8, memory 12Gi, nodeSelector disk=ssd, tolerates nothing`.
std::string needs_line(const kube::Pod& pod);

} // namespace kdiag::rules::scheduling
