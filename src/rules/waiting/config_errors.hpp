// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/container_view.hpp"
#include "rules/rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::rules::waiting {

/// A container that is not created or not started, with the newest words about why.
struct WaitingContainer {
    ContainerView view;
    std::string message;
};

/// Containers with a configuration, creation or start error.
std::vector<WaitingContainer> waiting_containers(const RuleContext& context);
/// Subject, severity, times and the message as evidence.
Finding begin(const RuleContext& context, const WaitingContainer& waiting);

/// ConfigMaps or Secrets that the kubelet does not find, or keys that they lack: one finding for each workload, folded over workloads by
/// the object.
void report_missing(const RuleContext& context, std::string_view kind, bool key_missing, FindingSink& sink);

} // namespace kdiag::rules::waiting
