// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::rules::network {

/// Labels that nearly meet a selector, and what is in the way.
struct NearLabels {
    kube::ObjectRef holder;           ///< the workload or pod that has them
    std::string wanted, found;        ///< `app=fronted`, `app=frontend`; `found` is empty when the key is missing altogether
    kube::TextMap corrected = {};     ///< the selector that would match, when there is one; views into the snapshot
    bool certain = false;             ///< a typo or a swapped key, not just the next best
    bool only_on_object = false;      ///< the workload itself has the labels, and its pod template lacks them
    std::string other_namespace = {}; ///< set when the labels fit a workload that is elsewhere
};

/// `the pods of Deployment/cart have`, `Pod/ui-0 has`.
std::string holder_has(const NearLabels& near);

/// How far labels are from a selector, 0 for a match; nothing when they have nothing to do with each other. A value that is off counts
/// by its edits, a value under another key 2, a foreign value 8; one foreign value is bearable beside a pair that fits.
std::optional<std::size_t> label_distance(const kube::TextMap& selector, const kube::TextMap& labels);

/// The nearest labels in a namespace, of pod templates and of pods without a workload, the best first; `context.may_search` is for the caller. Among equals a workload that
/// is called `wanted_name`, as the Service is, comes first.
std::vector<NearLabels> nearest_labels(const RuleContext& context, std::string_view namespace_name, const kube::TextMap& selector,
                                       std::string_view wanted_name, std::size_t limit = 2);

} // namespace kdiag::rules::network
