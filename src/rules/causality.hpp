// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <vector>

namespace kdiag::rules {

/// Sets `caused_by`: a finding about an object in `explained_by`, or about the same object at a lower stage, is the cause.
/// The result has no cycles.
void link_causes(std::vector<Finding>& findings);
/// Root causes by severity (then namespace, kind, name, rule, id), each followed by what it causes.
std::vector<Finding> order_by_cause(std::vector<Finding> findings);

} // namespace kdiag::rules
