// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "rules/rule.hpp"

#include <string>

namespace kdiag::app {

// One rule's manual page; the same metadata in three forms.
std::string rule_as_text(const rules::RuleInfo& info);
std::string rule_as_markdown(const rules::RuleInfo& info);
data::Value rule_as_value(const rules::RuleInfo& info);

} // namespace kdiag::app
