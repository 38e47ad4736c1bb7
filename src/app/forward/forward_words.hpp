// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_target.hpp"
#include "app/target_port.hpp"

#include <string>
#include <vector>

namespace kdiag::app {

/// An object and its ports, as the command line of port-forward has them.
struct ForwardWords {
    TargetName name;
    std::string shown; ///< as it was written
    std::vector<PortSpec> ports;
};

/// `TYPE/NAME PORT... TYPE/NAME PORT...`: a word with a slash begins an object, the others are its ports. The first object may also be a
/// pod's name alone.
Result<std::vector<ForwardWords>> parse_forward_words(const std::vector<std::string>& words);

/// `localhost`, or addresses separated by commas, as addresses to listen on.
Result<std::vector<std::string>> parse_addresses(const std::vector<std::string>& words);

} // namespace kdiag::app
