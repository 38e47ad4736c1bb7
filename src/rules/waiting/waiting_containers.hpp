// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/container_view.hpp"
#include "rules/rule.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::waiting {

/// A container that is not created or not started, with the newest words about why.
struct WaitingContainer {
    ContainerView view;
    std::string message; ///< empty when neither the status nor an event says
    /// Where the message is from: the event, else `path` of the status.
    const kube::Event* event = nullptr;
    std::string path;

    /// The kubelet could not put its configuration together, so the runtime was not asked.
    bool is_config_error() const { return view.waiting_reason() == "CreateContainerConfigError"; }
};

/// Containers with a configuration, creation or start error, of pods that are neither deleted nor finished.
const std::vector<WaitingContainer>& waiting_containers(const RuleContext& context);
/// Subject, severity, times and the message as evidence.
Finding begin(const RuleContext& context, const WaitingContainer& waiting);

} // namespace kdiag::rules::waiting
