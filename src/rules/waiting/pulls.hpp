// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/container_view.hpp"
#include "rules/rule.hpp"
#include "rules/waiting/image_error.hpp"

#include <vector>

namespace kdiag::rules::waiting {

/// A container whose image is not there.
struct Pull {
    ContainerView view;
    ImageProblem problem = ImageProblem::other;
    std::string message; ///< the registry's or runtime's words; from the status, or from the newest event
    const kube::Event* event = nullptr;
};

/// Every container that waits for its image to be pulled after a failure.
std::vector<Pull> find_pulls(const RuleContext& context);
/// A finding with what is common: subject, severity, the image, the message, the event.
Finding begin(const RuleContext& context, const Pull& pull);
/// Help to set another image, for a workload.
void add_set_image(const RuleContext& context, const Pull& pull, Finding& finding, std::string text);
/// The registry as an object that several workloads share.
kube::ObjectRef registry_ref(const Pull& pull);

} // namespace kdiag::rules::waiting
