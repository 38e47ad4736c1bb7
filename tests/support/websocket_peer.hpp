// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/http_server.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::test {

/// The server's end of a WebSocket by Boost.Beast, so that kdiag's own is not tested against itself.
class WebsocketPeer {
public:
    /// Answers the handshake and agrees to a subprotocol.
    WebsocketPeer(Wire& wire, const FakeRequest& request, const std::string& protocol);
    ~WebsocketPeer();

    /// One message, in frames of at most so many bytes; 0: one frame.
    void send(std::string_view message, std::size_t frame = 0);
    /// The next message; nothing: the client closed it.
    std::optional<std::string> receive();
    void ping();
    void close(int code);

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// A 101 with the right Sec-WebSocket-Accept, for servers that go on by themselves.
std::string websocket_head(const FakeRequest& request, const std::string& protocol);
/// A server's frame: its first byte (FIN, reserved bits, opcode) and payload.
std::string websocket_frame(unsigned first, std::string_view payload);

} // namespace kdiag::test
