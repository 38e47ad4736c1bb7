// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/container_view.hpp"

#include <string>
#include <string_view>

namespace kdiag::rules::waiting {

/// Why a runtime cannot create or start a container, in words for people.
struct RuntimeError {
    std::string title = {}; ///< what goes after `container `api``: `cannot be created: its AppArmor profile is not on the node`
    std::string cause = {}; ///< a sentence that ends in the runtime's own words
    std::string help = {};  ///< what to do about it; empty when only the words say
    std::string field = {}; ///< the field of the container to show: `resources.limits.memory`; may be empty
    bool of_node = false;   ///< the pod's manifest has no part in it
};

/// Reads what containerd, CRI-O, docker and cri-dockerd say through runc or crun. Never empty: what is not known is quoted.
RuntimeError read_runtime_error(const ContainerView& view, std::string_view message);

} // namespace kdiag::rules::waiting
