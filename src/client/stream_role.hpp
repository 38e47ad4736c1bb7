// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <optional>
#include <string_view>

namespace kdiag::client {

/// What a role lacks for a stream to `resource` that was refused with 403. SPDY is a POST, which is `create`; a WebSocket is a GET, which is
/// `get`, and since Kubernetes 1.35 `create` as well (gate AuthorizePodWebsocketUpgradeCreatePermission).
void explain_role(Error& error, const std::optional<Error>& websocket_refusal, std::string_view resource);

} // namespace kdiag::client
