// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/node.hpp"
#include "kube/pod.hpp"
#include "rules/scheduling/constraint.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::rules::scheduling {

/// Whether one expression holds for a node's labels; Gt and Lt compare integers.
bool holds(const kube::LabelRequirement& requirement, const kube::TextMap& labels);
/// Terms are alternatives; the expressions and fields (`metadata.name`) of one term must all hold. No terms match nothing.
bool matches(const kube::NodeSelector& selector, const kube::Node& node);
/// nodeSelector and the required node affinity together.
bool wants_node(const kube::PodSpec& spec, const kube::Node& node);
/// The one node that a DaemonSet's pod is made for (affinity to `metadata.name`); empty for every other pod.
std::string_view meant_for(const kube::PodSpec& spec);
/// What of nodeSelector and affinity fails on a node: `label disk=ssd`, `affinity zone in (a, b)`.
std::vector<std::string> unmet_labels(const kube::PodSpec& spec, const kube::Node& node);

bool tolerates(const kube::Toleration& toleration, const kube::Taint& taint);
/// Taints that keep the pod away (NoSchedule, NoExecute), the cordon's taint left out: see is_cordoned_for.
std::vector<const kube::Taint*> untolerated_taints(const kube::PodSpec& spec, const kube::Node& node);
bool is_cordoned_for(const kube::PodSpec& spec, const kube::Node& node);
/// `gpu=true:NoSchedule`.
std::string show(const kube::Taint& taint);

/// What a taint's key says: the node is ill (node_condition), cordoned, or meant for others (taint).
Constraint meaning_of_taint(std::string_view key);
bool is_control_plane_taint(std::string_view key);
/// Carries the taint of control planes: no place for ordinary pods, on purpose.
bool is_control_plane(const kube::Node& node);

} // namespace kdiag::rules::scheduling
