// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/probe_way.hpp"
#include "client/api_client.hpp"
#include "kube/pod.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kdiag::app {

/// From inside a pod: with the tools of one of its running containers, the preferred one first; they share the pod's network. Where no
/// container has any, a port-forward to the pod's own ports is left. An Error: commands may not be run there at all, or the pod does not run.
struct PodWay {
    std::unique_ptr<Way> way;
    std::string cluster_domain = "cluster.local"; ///< from the pod's resolv.conf
};
Result<PodWay> way_from_pod(client::ApiClient& client, const kube::Pod& pod, std::string_view preferred, const std::atomic<bool>* interrupted);

} // namespace kdiag::app
