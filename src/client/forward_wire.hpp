// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"
#include "util/timestamp.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace kdiag::client {

/// How forwarded connections travel over one that was upgraded, one after the other. Knows no socket and no clock.
class ForwardWire {
public:
    struct Events {
        std::function<void(std::string)> send; ///< bytes for the server
        std::function<void(std::string_view)> on_bytes;
    };
    virtual ~ForwardWire() = default;

    /// Asks for the pod's port; once, and again whenever it is free().
    virtual void open(std::uint16_t port) = 0;
    /// Bytes may be sent.
    virtual bool ready() const = 0;
    virtual void send(std::string_view bytes) = 0;
    /// No more is sent; where the protocol can say so.
    virtual void end() = 0;

    /// Takes bytes from the server. An error: it broke the protocol.
    virtual Status receive(std::string_view bytes) = 0;
    /// Keeps the connection alive, and ends what is only waited for; an error: it is lost.
    virtual Status passed(Duration time, bool paused) = 0;

    /// Why the pod's side ended, in the kubelet's words; empty: it has not said.
    virtual const std::string& refusal() const = 0;
    /// The pod has said that it sends no more, and the kubelet has had its word about it.
    virtual bool ended() const = 0;
    /// Nothing flows any more, either way. Without ended() the connection is lost.
    virtual bool over() const = 0;
    /// It is over() in good order, and the connection could carry another one.
    virtual bool free() const = 0;
};

/// SPDY/3.1 `portforward.k8s.io`, `tunnelled` in the messages of a WebSocket or as it is.
std::unique_ptr<ForwardWire> forward_over_spdy(bool tunnelled, ForwardWire::Events events);
/// WebSocket `v4.channel.k8s.io` for the one port that the request has named.
std::unique_ptr<ForwardWire> forward_over_websocket(ForwardWire::Events events);

} // namespace kdiag::client
