// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/keep_alive.hpp"
#include "util/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::net {

/// The client's end of a WebSocket after its handshake (RFC 6455): bytes in, messages out, and back. Knows no socket and no clock.
/// Kubernetes takes each frame for a message, so that one message is always one frame here; the peer's may come in several.
class Websocket {
public:
    static constexpr std::size_t k_most_payload = 32 * 1024; ///< of one message sent, besides a channel's byte

    /// Bytes for the peer.
    using Output = std::function<void(std::string)>;
    /// A part of a binary message, in order, at most 64 KiB of it. An empty message is one empty part.
    struct Part {
        std::string_view bytes;
        bool begins = false, ends = false;
    };
    /// Must not destroy the Websocket.
    using OnMessage = std::function<void(const Part&)>;
    Websocket(Output output, OnMessage on_message);
    ~Websocket();
    Websocket(const Websocket&) = delete;
    Websocket& operator=(const Websocket&) = delete;

    /// Takes bytes from the peer. An error: it broke the protocol, was told so by a Close, and nothing more is read.
    Status receive(std::string_view bytes);
    /// One binary message of `head` and `payload`.
    void send(std::string_view head, std::string_view payload);
    /// Says goodbye; nothing is sent after it.
    void close();
    /// Sends a ping when it is time. An error: nothing came for a minute, the connection is lost.
    Status passed(Duration time, bool paused);

    struct Close {
        int code = 0; ///< 1005: it gave none
        std::string reason;
    };
    /// Set when the peer has said goodbye.
    const std::optional<Close>& closed() const { return m_closed; }

private:
    struct Callbacks;
    struct Free {
        void operator()(void* context) const;
    };
    void queue(int opcode, std::string_view bytes);
    void flush_output();
    void flush_part(bool ends);

    Output m_output;
    OnMessage m_on_message;
    std::unique_ptr<void, Free> m_context; ///< wslay_event_context
    std::string_view m_input;
    std::string m_outgoing;
    std::string m_part;
    bool m_message_begins = false, m_in_data_frame = false, m_last_frame = false;
    std::uint64_t m_message_size = 0;
    std::uint16_t m_refused = 0; ///< the code of the Close that says why
    std::optional<Close> m_closed;
    KeepAlive m_keep_alive;
};

} // namespace kdiag::net
