// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::rules::waiting {

// What there is of a ConfigMap or Secret (`kind`) that a pod names; all by what the snapshot holds.

bool object_exists(const RuleContext& context, std::string_view kind, std::string_view namespace_name, std::string_view name);
/// Names like the wanted one: a slip of the pen, or the same name with another hash at its end, as generators write them.
std::vector<std::string> near_objects(const RuleContext& context, std::string_view kind, std::string_view namespace_name,
                                      std::string_view name);
/// Another namespace that has an object of this name; empty when none has.
std::string namespace_with(const RuleContext& context, std::string_view kind, std::string_view namespace_name, std::string_view name);
/// Its keys; those of binaryData only for a volume, variables cannot take them.
std::vector<std::string> usable_keys(const RuleContext& context, std::string_view kind, std::string_view namespace_name,
                                     std::string_view name, bool for_volume);
bool is_binary_key(const RuleContext& context, std::string_view kind, std::string_view namespace_name, std::string_view name,
                   std::string_view key);
/// The key that was probably meant, alike but for a slip; empty when there is none.
std::string nearest_key(std::string_view wanted, const std::vector<std::string>& keys);

} // namespace kdiag::rules::waiting
