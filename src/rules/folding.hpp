// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <unordered_map>
#include <vector>

namespace kdiag::rules {

/// Of findings of one stage about one container (or one object), only those of the highest precedence stay. Takes the findings of rule after
/// rule, those of a higher precedence first, so that what is displaced is never held.
class MostSpecific {
public:
    /// The findings of one rule that no earlier one displaces.
    std::vector<Finding> keep(std::vector<Finding> findings);

private:
    std::unordered_map<std::string, int> m_highest; ///< by stage, object and container
};

/// One finding for the replicas of a workload, and one for the workloads behind a shared object; sets id, affected and total.
std::vector<Finding> fold(std::vector<Finding> findings, const facts::Snapshot& facts);

} // namespace kdiag::rules
