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
    ImageError error;
    std::string message;                ///< the registry's or runtime's words; from the status, or from the newest event
    const kube::Event* event = nullptr; ///< the newest failed try, when its event is still kept
    bool from_status = false;           ///< the message is the status's own
};

/// Every container that waits for its image after a failed try.
const std::vector<Pull>& find_pulls(const RuleContext& context);
/// Those of one topic.
std::vector<Pull> find_pulls(const RuleContext& context, ImageTopic topic);
/// A finding with what is common: subject, severity, the image, the message, the event.
Finding begin(const RuleContext& context, const Pull& pull);
/// Help to set another image; `image` is what to set, or `IMAGE`.
void add_set_image(const RuleContext& context, const ContainerView& view, Finding& finding, std::string text,
                   std::string_view image = "IMAGE");
/// `node `n``, or `the node` where it is not known.
std::string node_of(const Pull& pull);
/// The registry as an object that several workloads share.
kube::ObjectRef registry_ref(const Pull& pull);

} // namespace kdiag::rules::waiting
