// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/keep_alive.hpp"
#include "util/result.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::net {

/// The client's end of a SPDY/3.1 connection as Kubernetes speaks it (moby/spdystream): streams of bytes over one connection, without
/// flow control; the only headers that matter are those that a client opens a stream with. Knows no socket and no clock.
class SpdySession {
public:
    using StreamId = std::uint32_t;
    using Headers = std::vector<std::pair<std::string, std::string>>;
    static constexpr std::size_t k_most_data = 32 * 1024; ///< of one frame sent
    static constexpr std::uint32_t k_cancel = 5;          ///< a status of RST_STREAM

    /// Bytes for the peer.
    using Output = std::function<void(std::string)>;
    /// None may be empty, and none may destroy the session.
    struct Events {
        std::function<void(StreamId)> on_reply; ///< the stream stands; bytes sent before would be dropped by the peer
        std::function<void(StreamId, std::string_view)> on_data;
        std::function<void(StreamId)> on_end;   ///< the peer sends no more on it
        std::function<void(StreamId, std::uint32_t status)> on_reset; ///< nothing flows on it any more, either way
    };
    SpdySession(Output output, Events events) : m_output(std::move(output)), m_events(std::move(events)) {}

    /// Opens a stream; names of headers are in lower case.
    StreamId open(const Headers& headers);
    void send(StreamId stream, std::string_view bytes);
    /// No more bytes follow on the stream.
    void end(StreamId stream);
    void reset(StreamId stream, std::uint32_t status);

    /// Takes bytes from the peer. An error: it broke the protocol.
    Status receive(std::string_view bytes);
    /// The peer opens no streams and takes no new ones.
    bool going_away() const { return m_going_away; }
    /// Sends a ping when it is time. An error: nothing came for a minute, the connection is lost.
    Status passed(Duration time, bool paused);

private:
    Status begin_frame();
    Status control_frame();
    void end_data_frame();
    bool is_ours(StreamId stream) const { return stream % 2 == 1 && stream < m_next; }

    Output m_output;
    Events m_events;
    StreamId m_next = 1;
    std::uint32_t m_next_ping = 1;
    bool m_compression_begun = false, m_going_away = false;
    KeepAlive m_keep_alive;

    std::array<unsigned char, 16> m_frame{}; ///< a frame's header, and of a control frame what is looked at
    std::size_t m_filled = 0, m_wanted = 8;  ///< bytes in m_frame, bytes to gather there
    std::size_t m_left = 0;                  ///< of the frame's body, after what is gathered
};

} // namespace kdiag::net
