// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

namespace kdiag::rules {

/// All rules, sorted by id. The one explicit list: a rule that is not here does not exist.
std::span<const Rule* const> catalog();
/// By id (`KD1003`) or name (`container-oom-killed`), or null.
const Rule* find_rule(std::string_view id_or_name);

} // namespace kdiag::rules
