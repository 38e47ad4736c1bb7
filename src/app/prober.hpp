// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_way.hpp"
#include "app/probe.hpp"

namespace kdiag::app {

/// From inside a pod: as way_from_pod, or with `--image` by the tools of a debug container that is started beside the others, or runs there.
Result<PodWay> way_for(client::ApiClient& client, const kube::Pod& pod, std::string_view preferred, Reach reach, const ProbeOptions& options, Environment& environment);

} // namespace kdiag::app
