// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/probe_way.hpp"
#include "client/api_client.hpp"
#include "kube/pod.hpp"

#include <memory>
#include <string>

namespace kdiag::app {

/// To a pod's own ports over a port-forward. `why` says what nearer way there was not.
std::unique_ptr<Way> way_by_port_forward(client::ApiClient& client, const kube::Pod& pod, std::string why, const std::atomic<bool>* interrupted);

} // namespace kdiag::app
