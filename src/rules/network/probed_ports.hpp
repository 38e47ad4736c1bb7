// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/pod.hpp"

#include <cstdint>

namespace kdiag::rules::network {

/// Whether a probe of some container asks this port, so that somebody means it to be listened on.
bool is_probed(const kube::PodSpec& spec, std::int64_t port);

} // namespace kdiag::rules::network
