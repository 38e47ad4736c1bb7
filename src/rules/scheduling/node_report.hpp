// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string_view>

namespace kdiag::rules::scheduling {

/// Whether the question is about the node: in a run over one namespace only nodes that hold or should hold its pods.
bool concerns_scope(const facts::Snapshot& facts, const kube::Node& node);
/// A node that is being taken away: deleted, or marked so by an autoscaler.
bool is_leaving(const kube::Node& node);

/// Subject, times and the condition as evidence; the pods that suffer are the rule's affair.
Finding begin_node_finding(const kube::Node& node, const kube::Condition& condition);

/// What the three kinds of pressure have in common.
struct Pressure {
    std::string_view condition; ///< `DiskPressure`
    std::string_view scarce;    ///< `disk space`
    std::string_view advice;
};
void check_pressure(const RuleContext& context, FindingSink& sink, const Pressure& pressure);

} // namespace kdiag::rules::scheduling
