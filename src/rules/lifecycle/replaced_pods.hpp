// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <functional>

namespace kdiag::rules::lifecycle {

/// When a pod ended, as well as its status and events tell; its creation otherwise.
Timestamp ended_at(const facts::Snapshot& facts, const kube::Pod& pod);
/// Whether the controller of a pod has what it wants without it; false for a pod without a controller.
bool is_replaced(const facts::Snapshot& facts, const kube::Pod& pod);
/// Pods of the same workload that ended within the last hour and for which `alike` holds, the pod itself included.
std::size_t alike_in_last_hour(const RuleContext& context, const kube::Pod& pod, const std::function<bool(const kube::Pod&)>& alike);

/// A pod that failed before or beside its containers, worth a word now: not the leftover of a workload that is well again.
struct Lost {
    bool worth_it = false;
    std::size_t times = 1;
    Severity severity = Severity::error;
};
/// Losses that repeat count even while the workload is at strength for the moment.
Lost judge(const RuleContext& context, const kube::Pod& pod, const std::function<bool(const kube::Pod&)>& alike);

/// Subject, times, and status.reason with status.message as evidence.
Finding begin_failed(const RuleContext& context, const kube::Pod& pod, const Lost& lost);
/// `kubectl -n ns delete pods --field-selector=status.phase=Failed`, as the last remedy.
void add_cleanup(const kube::Pod& pod, Finding& finding);

} // namespace kdiag::rules::lifecycle
