// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// Whose trouble it is that a sandbox cannot be made.
enum class SandboxScope { node, runtime_class, pod };

/// Why a pod's sandbox or network cannot be made, in words for people.
struct SandboxError {
    std::string name = {};  ///< tells one trouble of a node from another: `addresses`, `runtime-handler`
    std::string cause = {}; ///< a sentence that ends in the runtime's own words
    std::string help = {};
    SandboxScope scope = SandboxScope::node;
    bool of_network = false;
};

/// Reads the message of FailedCreatePodSandBox, NetworkNotReady, FailedCreatePodContainer or FailedPrepareDynamicResources: what
/// containerd, CRI-O and docker say, with the words of flannel, calico, cilium, multus and the clouds' network plugins in it. Never empty.
SandboxError read_sandbox_error(const kube::Pod& pod, std::string_view reason, std::string_view message);

} // namespace kdiag::rules::waiting
