// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"

#include <functional>
#include <string>
#include <string_view>

namespace kdiag::local {

/// Writes to a local stream (terminal, pipe, file, socket) from the loop, without waiting in it for a slow reader. The descriptor given
/// is never made non-blocking, because that would also hold for the shell and for others who share it: pipes and terminals are opened
/// once more for that, and closed with this object.
class Output {
public:
    /// From so much on that waits, full() is true and whoever writes should pause until `on_drained`.
    static constexpr std::size_t k_full = 256 * 1024;
    static constexpr std::size_t k_drained = 64 * 1024;

    /// `on_drained`: it was full and has room again, or has failed, which makes all the room there is.
    Output(net::EventLoop& loop, int descriptor, std::function<void()> on_drained = {});
    ~Output();
    Output(const Output&) = delete;
    Output& operator=(const Output&) = delete;

    /// Notes at once that the reader of a pipe has gone, not only when something is written.
    void notice_reader();
    /// Takes all of it; what cannot be written at once waits.
    void write(std::string_view bytes);
    bool full() const { return waiting() >= k_full; }
    bool empty() const { return waiting() == 0; }
    /// The errno of the write that failed (EPIPE: the reader has gone; ENOSPC); 0: none has. After it everything is dropped.
    int error() const { return m_error; }

private:
    enum class Way { plain, socket, opened_again, careful };
    std::size_t waiting() const { return m_waiting.size() - m_written; }
    std::size_t write_now(std::string_view bytes);
    void write_waiting();
    void on_ready(net::Readiness readiness);
    void want_room(bool wanted);

    net::EventLoop& m_loop;
    std::function<void()> m_on_drained;
    int m_descriptor;
    Way m_way = Way::plain;
    std::string m_waiting;
    std::size_t m_written = 0; ///< of m_waiting
    bool m_was_full = false;
    bool m_notices_reader = false;
    int m_error = 0;
};

} // namespace kdiag::local
