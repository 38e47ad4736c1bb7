// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <vector>

namespace kdiag::rules {

/// Of findings of one stage about one container (or one object), only those of the highest precedence.
std::vector<Finding> keep_most_specific(std::vector<Finding> findings);
/// One finding for the replicas of a workload, and one for the workloads behind a shared object; sets id, affected and total.
std::vector<Finding> fold(std::vector<Finding> findings, const facts::Snapshot& facts);

} // namespace kdiag::rules
