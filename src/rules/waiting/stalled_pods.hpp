// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <functional>
#include <vector>

namespace kdiag::rules::waiting {

/// A pod that has a node and whose containers are not created yet.
struct StalledPod {
    const kube::Pod* pod = nullptr;
    Timestamp since;
};

std::vector<StalledPod> stalled_pods(const RuleContext& context);
/// The newest event of the pod that fits and is recent enough to be about now; null when there is none.
const kube::Event* newest_event(const RuleContext& context, const StalledPod& stalled, const std::function<bool(const kube::Event&)>& fits);
/// Subject, severity, times and the event as evidence.
Finding begin(const RuleContext& context, const StalledPod& stalled, const kube::Event& event);

} // namespace kdiag::rules::waiting
