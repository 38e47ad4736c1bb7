// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/pod_seen.hpp"
#include "client/api_client.hpp"

#include <string>
#include <string_view>

namespace kdiag::app {

/// The events of a pod, which tell what the kubelet is at.
client::ApiRequest wait_reason_request(const PodSeen& pod);
/// `pulling image nginx:1.27`, `FailedMount: ...`: the newest event of a list that says why a container is not there yet; empty: none does.
std::string wait_reason(std::string_view events, std::string_view container);

} // namespace kdiag::app
