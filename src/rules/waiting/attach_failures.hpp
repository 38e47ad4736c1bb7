// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/waiting/stalled_pods.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::waiting {

/// A volume of a pod that was not attached to its node, as the newest event about this volume says.
struct AttachFailure {
    const kube::Event* event = nullptr;
    std::string volume; ///< the PersistentVolume's name
    std::string claim;  ///< the pod's claim behind it; empty when that is not known
    std::int64_t count = 0;
    Timestamp since;
    /// Another node still has it: nothing was tried yet.
    bool is_in_use = false;

    /// `claim `data``, or `volume `pvc-1`` where the claim is not known.
    std::string display() const;
};

/// One for each volume; those that were attached since are left out. That a volume is in use elsewhere is said once and not again, so
/// such an event counts however old it is; other failures are tried again every two minutes, and an old event is history.
std::vector<AttachFailure> attach_failures(const RuleContext& context, const StalledPod& stalled);

} // namespace kdiag::rules::waiting
