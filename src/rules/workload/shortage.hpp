// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

namespace kdiag::rules::workload {

/// Points to everything that may keep a workload's pods from being ready: the workload itself at lower stages, and its pods.
void explain_by_pods(const RuleContext& context, const kube::ObjectRef& workload, Finding& finding);
/// Whether the workload or one of its pods is so young that numbers below the wanted ones mean nothing.
bool is_settling(const RuleContext& context, const kube::ObjectRef& workload, const kube::ObjectMeta& meta);
/// Whether a later Job of the same CronJob has succeeded.
bool is_superseded(const RuleContext& context, const kube::Job& job);

} // namespace kdiag::rules::workload
