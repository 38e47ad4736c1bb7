// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_command.hpp"
#include "app/probe_way.hpp"
#include "client/api_client.hpp"
#include "kube/pod.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace kdiag::app {

/// A way from a pod, and what is known of its resolver.
struct PodWay {
    std::unique_ptr<Way> way;
    std::string cluster_domain = "cluster.local"; ///< from the pod's resolv.conf
};

/// What is to be asked: the pod's own ports, which a port-forward reaches too, or anything.
enum class Reach { own_ports, anywhere };

/// From inside a pod, with the tools of one of its running containers, the preferred one first: they share the pod's network. Where no
/// container has any, or commands may not be run, a port-forward is left for its own ports. An Error: nothing is left, or the pod does not run.
Result<PodWay> way_from_pod(client::ApiClient& client, const kube::Pod& pod, std::string_view preferred, Reach reach, const std::atomic<bool>* interrupted);

/// The same with the tools of one container; the way is null when it has none.
Result<PodWay> way_from_container(ContainerPlace place);

} // namespace kdiag::app
