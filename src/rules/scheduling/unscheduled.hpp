// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"
#include "rules/scheduling/decision.hpp"

#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>

namespace kdiag::rules::scheduling {

/// What the last word of a scheduler was about a pod, and where it stands.
struct SchedulerWord {
    std::string_view text;
    const kube::Condition* condition = nullptr; ///< PodScheduled; else `event` is set
    const kube::Event* event = nullptr;
};
/// Nothing when no scheduler has said anything about the pod.
std::optional<SchedulerWord> last_word(const facts::Snapshot& facts, const kube::Pod& pod);

/// A pod without a node that ought to have one: not deleted, not finished, not about to be helped by an autoscaler.
bool waits_for_node(const kube::Pod& pod);

/// All that is known about why; the same for all replicas that were told the same.
struct Analysis {
    std::optional<Neighbours> neighbours; ///< absent: nodes are not known
    std::vector<NodeFit> fits;            ///< of all nodes, by name; empty: not known
    Decision decision;
    std::vector<std::string> table; ///< fit_table of the first replica
};

struct Unscheduled {
    const kube::Pod* pod = nullptr;
    SchedulerWord word;
    SchedulerMessage said;
    std::vector<PodClaim> claims;
    std::shared_ptr<const Analysis> analysis;
    bool young = false; ///< seconds old: it may still heal
};

/// Pods whose decisive constraint is one of `wanted`, in the order of the snapshot. All are analysed once, for all rules together.
std::vector<std::reference_wrapper<const Unscheduled>> unscheduled_pods(const RuleContext& context, std::initializer_list<Constraint> wanted);

} // namespace kdiag::rules::scheduling
