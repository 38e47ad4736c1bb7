// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// The command that sets one field of a pod for good, in the template of the workload at the top: `path` is the field's path in the pod
/// (`.spec.containers[0].image`), which has to exist there already, `value` is JSON. Where the template is not known, or differs from
/// the pod, the command is that of edit_template.
std::string set_in_template(const RuleContext& context, const kube::Pod& pod, std::string_view path, std::string_view value);
/// The command that opens the workload in an editor; for a pod or Job, which cannot be changed, the one that saves its manifest.
std::string edit_template(const RuleContext& context, const kube::Pod& pod);

} // namespace kdiag::rules::waiting
