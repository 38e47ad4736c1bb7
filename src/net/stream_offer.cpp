// SPDX-License-Identifier: Apache-2.0
#include "net/stream_offer.hpp"

#include "util/digest.hpp"
#include "util/format.hpp"
#include "util/random.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::net {

namespace {

Error not_offered(std::string_view what) {
    return {.kind = ErrorKind::protocol, .message = format("the server's answer to the upgrade is wrong: {}", what), .help = {"is a proxy in between that answers for the server?"}};
}

} // namespace

std::string websocket_accept(std::string_view key) {
    return base64_encode(sha1(std::string(key) + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"));
}

WebsocketOffer::WebsocketOffer(std::vector<std::string> protocols) : m_protocols(std::move(protocols)), m_key(base64_encode(random_bytes(16))) {}

std::vector<std::string> WebsocketOffer::headers() const {
    // One line for all subprotocols: the API server reads only the first.
    return {"Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: " + m_key, format("Sec-WebSocket-Protocol: {}", join(m_protocols, ", "))};
}

Result<std::string> WebsocketOffer::agreed(const UpgradeResponse& response) const {
    if (to_lower(response.header("upgrade")) != "websocket") return not_offered("it does not switch to WebSocket");
    if (response.header("sec-websocket-accept") != websocket_accept(m_key)) return not_offered("it is none to this request (Sec-WebSocket-Accept)");
    if (!response.header("sec-websocket-extensions").empty()) return not_offered("it wants an extension of WebSocket that was not offered");
    const std::string protocol(response.header("sec-websocket-protocol"));
    if (std::find(m_protocols.begin(), m_protocols.end(), protocol) == m_protocols.end()) return not_offered(format("it chose the protocol `{}`, which was not offered", protocol.substr(0, 60)));
    return protocol;
}

std::vector<std::string> SpdyOffer::headers() const {
    return {"X-Stream-Protocol-Version: " + m_version};
}

Status SpdyOffer::agreed(const UpgradeResponse& response) const {
    if (to_lower(response.header("upgrade")) != "spdy/3.1") return not_offered("it does not switch to SPDY/3.1");
    const std::string version(response.header("x-stream-protocol-version"));
    if (version != m_version) return not_offered(format("it chose the protocol `{}`, which was not offered", version.substr(0, 60)));
    return {};
}

} // namespace kdiag::net
