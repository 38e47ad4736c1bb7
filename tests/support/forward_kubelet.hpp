// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/spdy_kubelet.hpp"
#include "support/websocket_peer.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace kdiag::test {

inline constexpr const char* k_forward_spdy_head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: portforward.k8s.io\r\n\r\n";
inline constexpr const char* k_forward_tunnel = "SPDY/3.1+portforward.k8s.io";

/// What a pod's program does with a connection: bytes in, bytes out; an empty answer with `fin` ends it.
struct Answer {
    std::string bytes = {};
    bool fin = false;
    bool reset = false; ///< ends both streams by a reset, as newer kubelets do
    std::string refusal = {}; ///< of the kubelet, a moment after the end of the bytes, as with containerd
    bool mute = false; ///< the kubelet's stream never ends
};
using Program = std::function<Answer(std::string_view bytes, bool fin)>;

/// The kubelet's end of forwarded connections, one after the other.
inline void serve_spdy(Wire& wire, const Program& program, std::string* port = nullptr) {
    std::set<std::string> requests;
    SpdyReader reader;
    std::uint32_t error = 0, data = 0;
    bool first = true;
    const auto act = [&](const Answer& answer) {
        const bool ends = answer.fin || !answer.refusal.empty();
        for (std::string_view rest = answer.bytes; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(32768, rest.size()))) wire.write(spdy_data(data, 0, rest.substr(0, 32768)));
        if (ends) wire.write(spdy_data(data, 1, ""));
        if (!answer.refusal.empty()) {
            wire.rest(Duration{100});
            wire.write(spdy_data(error, 0, answer.refusal));
        }
        if (ends && !answer.mute) wire.write(spdy_data(error, 1, ""));
        if (answer.reset) wire.write(spdy_control(3, 0, SpdyPeer::id(error) + SpdyPeer::id(5)) + spdy_control(3, 0, SpdyPeer::id(data) + SpdyPeer::id(5)));
        if (answer.fin || answer.reset) error = data = 0; // until the next connection
        return answer.refusal.empty();
    };
    for (bool on = true; on;) {
        const auto bytes = wire.read(64 * 1024);
        if (bytes.empty()) return;
        for (const auto& frame : reader.read(bytes)) {
            if (frame.type == 1) {
                (frame.headers.at("streamtype") == "error" ? error : data) = frame.stream;
                if (port != nullptr) *port = frame.headers.at("port");
                if (!requests.insert(frame.headers.at("streamtype") + frame.headers.at("requestid")).second) throw std::runtime_error("the number of a request is used twice");
                const bool both = error != 0 && data != 0;
                const auto answer = both ? program("", false) : Answer{}; // before the agreement, which it may prevent by throwing
                wire.write(spdy_control(2, 0, SpdyPeer::id(frame.stream) + spdy_empty_headers(std::exchange(first, false))));
                if (both) on = act(answer);
            } else if (frame.type == 0 && data != 0 && frame.stream == data) {
                on = act(program(frame.payload, frame.fin));
            } else if (frame.type == 6) {
                wire.write(spdy_control(6, 0, SpdyPeer::id(frame.status)));
            }
        }
    }
    while (!wire.read(64 * 1024).empty()) {} // until the client has gone
}

inline FakeReply spdy_reply(Program program, std::string* port = nullptr) {
    return {.raw = k_forward_spdy_head, .take_over = [program = std::move(program), port](Wire& wire) { serve_spdy(wire, program, port); }};
}

/// The same in the messages of a WebSocket, in frames of 4 KiB as the API server writes them.
inline FakeReply tunnel_reply(const FakeRequest& request, Program program, std::string* port = nullptr) {
    return {.take_over = [request, program = std::move(program), port](Wire& wire) {
        WebsocketPeer peer(wire, request, k_forward_tunnel);
        std::string waiting;
        Wire inner{.read = [&](std::size_t) { return peer.receive().value_or(""); }, .write = [&](std::string_view bytes) { peer.send(bytes, 4096); }, .reset = wire.reset, .rest = wire.rest};
        serve_spdy(inner, program, port);
    }};
}

inline Answer echo(std::string_view bytes, bool fin) {
    return {.bytes = std::string(bytes), .fin = fin};
}

} // namespace kdiag::test
