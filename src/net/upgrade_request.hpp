// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/secret.hpp"

#include <string>
#include <vector>

namespace kdiag::net {

/// A request to speak another protocol on the connection from now on (RFC 9110 7.8).
struct UpgradeRequest {
    std::string method; ///< GET for WebSocket, POST for SPDY
    std::string url;
    std::string protocol;                  ///< websocket or SPDY/3.1
    std::vector<std::string> headers = {}; ///< `Name: value`, nothing secret
    Secret authorization = {};             ///< the value of Authorization; only sent over https
};

/// Its bytes. The host is the URL's, with its port.
std::string write_upgrade_request(const UpgradeRequest& request);

} // namespace kdiag::net
