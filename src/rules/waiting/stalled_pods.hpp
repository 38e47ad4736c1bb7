// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <functional>
#include <vector>

namespace kdiag::rules::waiting {

/// What the kubelet does for a pod before it creates containers, in this order.
enum class Step { volumes, sandbox };

/// A pod that has a node and of which no container runs or has been refused: its containers are about to be created, or created anew.
struct StalledPod {
    const kube::Pod* pod = nullptr;
    Timestamp since;
    /// The newest sign that a step is done: what is older than it is history.
    Timestamp volumes_done, sandbox_done;
    bool sandbox_ready = false; ///< condition PodReadyToStartContainers (1.29)
    bool restarted = false;     ///< containers have run before: a node was rebooted, or a container is about to be started again
};

const std::vector<StalledPod>& stalled_pods(const RuleContext& context);
/// What a step has failed with, in events that are recent enough to be about now and that no success has followed.
struct Failure {
    const kube::Event* event = nullptr; ///< the newest; null when there is none
    std::int64_t count = 0;             ///< of all: words with an id in them make an event of each try
    Timestamp since;
};
Failure newest_failure(const RuleContext& context, const StalledPod& stalled, const std::function<bool(const kube::Event&)>& fits,
                       Step step = Step::volumes);
/// Its event alone.
const kube::Event* newest_event(const RuleContext& context, const StalledPod& stalled, const std::function<bool(const kube::Event&)>& fits,
                                Step step = Step::volumes);
/// Subject, severity, times and the event as evidence.
Finding begin(const RuleContext& context, const StalledPod& stalled, const kube::Event& event);

} // namespace kdiag::rules::waiting
