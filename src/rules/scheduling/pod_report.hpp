// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/unscheduled.hpp"

#include <string>
#include <string_view>

namespace kdiag::rules::scheduling {

/// What every finding about a pod without a node has: subject, severity, the scheduler's words, and as causes the ill nodes
/// that would fit if they were well. Title, cause and remedies are the rule's.
Finding begin_finding(const RuleContext& context, const Unscheduled& waiting);
/// The needs of the pod and the table of nodes, and what an autoscaler says; goes last.
void add_table(const RuleContext& context, const Unscheduled& waiting, Finding& finding);

/// `.status.conditions[?(@.type=="PodScheduled")].message` and the like, for the pod.
Evidence field(std::string path, std::string value, std::string text);

/// `the only node`, `all 3 nodes`, `each of the 2 nodes that match`: the nodes a decision is about, for a sentence.
std::string nodes_phrase(const Unscheduled& waiting);
/// `; one thing alone speaks against node-3 (taint gpu=true:NoSchedule)`: nodes outside the decision with one obstacle only; may be empty.
std::string near_misses(const Unscheduled& waiting);

} // namespace kdiag::rules::scheduling
