// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::net {

/// A connected socket on the loop, bounded both ways: nothing is read while it is paused, and who writes asks full() first. Not to be
/// destroyed in its own events.
class SocketStream {
public:
    static constexpr std::size_t k_full = 256 * 1024;
    static constexpr std::size_t k_drained = 64 * 1024;

    struct Events {
        std::function<void(std::string_view)> on_bytes;
        std::function<void()> on_drained; ///< it was full, and has room again
        std::function<void()> on_written; ///< everything is with the system, which was not so before
        /// The peer sends no more (0), or the connection broke (errno). Once.
        std::function<void(int error)> on_end;
    };

    /// Takes the descriptor, which is non-blocking; reads nothing before resume().
    SocketStream(EventLoop& loop, int descriptor, Events events);
    ~SocketStream();
    SocketStream(const SocketStream&) = delete;
    SocketStream& operator=(const SocketStream&) = delete;

    /// Small writes are gathered for a turn of the loop, because each that the system gets wakes the reader.
    void write(std::string_view bytes);
    std::size_t unsent() const { return m_output.size() - m_sent; }
    bool full() const { return unsent() >= k_full; }
    /// Tells the peer that no more comes, after what was written.
    void end_writing();
    /// Everything that was written is with the system, and the end too if there is one.
    bool written() const { return unsent() == 0; }
    void pause();
    void resume();
    /// Ends the connection as a crash does, after what can be sent at once, so that the peer does not take it for a proper end.
    void reset();

private:
    void on_ready(Readiness ready);
    void read_some();
    void write_some();
    bool send_some();
    void broke(int error);
    void want();

    EventLoop& m_loop;
    int m_descriptor;
    Events m_events;
    std::string m_output;
    std::size_t m_sent = 0; ///< of m_output
    bool m_paused = true, m_ended = false, m_broken = false, m_was_full = false, m_end_wanted = false, m_end_sent = false;
    bool m_stuck = false; ///< the system takes no more for now
};

} // namespace kdiag::net
