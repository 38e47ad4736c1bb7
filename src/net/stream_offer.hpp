// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/upgrade_response.hpp"
#include "util/result.hpp"

#include <string>
#include <vector>

namespace kdiag::net {

/// The handshake of a WebSocket (RFC 6455 4): subprotocols in the order of preference. Extensions are never offered.
class WebsocketOffer {
public:
    explicit WebsocketOffer(std::vector<std::string> protocols);

    std::vector<std::string> headers() const;
    /// The subprotocol that a 101 agrees to; an error when it agrees to what was not offered.
    Result<std::string> agreed(const UpgradeResponse& response) const;

private:
    std::vector<std::string> m_protocols;
    std::string m_key;
};

/// What the server must answer to a Sec-WebSocket-Key (RFC 6455 4.2.2).
std::string websocket_accept(std::string_view key);

/// The handshake of SPDY/3.1 as Kubernetes has it (apimachinery's httpstream): one version of what is spoken on its streams.
class SpdyOffer {
public:
    explicit SpdyOffer(std::string version) : m_version(std::move(version)) {}

    std::vector<std::string> headers() const;
    /// An error when a 101 agrees to something else.
    Status agreed(const UpgradeResponse& response) const;

private:
    std::string m_version;
};

} // namespace kdiag::net
