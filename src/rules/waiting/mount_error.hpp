// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// Why a volume cannot be mounted, in words for people.
struct MountError {
    std::string cause = {}; ///< a sentence that ends in the driver's own words
    std::string help = {};
    bool from_driver = false; ///< the words tell a reason, and not only that the kubelet has waited long
};

/// Reads the message of FailedMount: what the kubelet, mount(8), NFS and CSI drivers say. `volume` is the pod's volume that it names, null
/// when it names none. Never empty.
MountError read_mount_error(const kube::Pod& pod, const kube::Volume* volume, std::string_view message);

/// Only that the kubelet has waited in vain: `Unable to attach or mount volumes: ...: timed out waiting for the condition`.
bool is_mere_timeout(std::string_view message);

} // namespace kdiag::rules::waiting
