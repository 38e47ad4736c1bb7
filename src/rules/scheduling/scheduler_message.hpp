// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/constraint.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace kdiag::rules::scheduling {

/// One reason of the scheduler with the number of nodes it holds for; all views point into the message.
struct Refusal {
    Constraint constraint = Constraint::other;
    std::string_view text;             ///< `node(s) had untolerated taint {gpu: true}`
    std::string_view detail;           ///< the resource, the taint (`gpu: true`) or the claim's name; may be empty
    std::optional<std::int64_t> nodes; ///< absent: holds for the pod wherever it goes
};

/// What a scheduler (or the cluster autoscaler) said about a pod.
struct SchedulerMessage {
    bool no_nodes = false;                   ///< there is not a single node
    std::optional<std::int64_t> nodes_total; ///< N of `0/N nodes are available`
    std::vector<Refusal> refusals;
    std::string_view preemption; ///< what stands behind `preemption:`; may be empty
};

/// Reads FailedScheduling events, PodScheduled conditions and NotTriggerScaleUp events, as Kubernetes 1.2 to 1.37 and
/// schedulers of its family write them. A text of no known shape gives one Refusal `other` with all of it; never fails.
SchedulerMessage parse_scheduler_message(std::string_view text);

} // namespace kdiag::rules::scheduling
