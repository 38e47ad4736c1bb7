// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string_view>

namespace kdiag::rules::waiting {

/// ConfigMaps or Secrets that waiting pods need and that do not exist, or keys that they lack: as the kubelet says, and, where the objects
/// could be listed, as the pods' own references say (events expire after an hour). One finding for each workload, folded over workloads
/// by the object. What has been created since, and what is optional, is left out.
void report_missing(const RuleContext& context, std::string_view kind, bool key_missing, FindingSink& sink);

} // namespace kdiag::rules::waiting
