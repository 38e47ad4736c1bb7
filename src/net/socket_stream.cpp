// SPDX-License-Identifier: Apache-2.0
#include "net/socket_stream.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace kdiag::net {

namespace {

constexpr std::size_t k_piece = 64 * 1024;
constexpr int k_pieces_a_turn = 4; // then others have their turn

} // namespace

SocketStream::SocketStream(EventLoop& loop, int descriptor, Events events) : m_loop(loop), m_descriptor(descriptor), m_events(std::move(events)) {
    m_loop.watch(m_descriptor, false, false, [this](Readiness ready) { on_ready(ready); });
}

SocketStream::~SocketStream() {
    send_some();
    m_loop.unwatch(m_descriptor);
    close(m_descriptor);
}

void SocketStream::want() {
    m_loop.want(m_descriptor, !m_paused && !m_ended, unsent() > 0);
}

void SocketStream::on_ready(Readiness ready) {
    if (unsent() > 0 && (ready.writable || ready.failed)) write_some();
    if (!m_paused && !m_ended && (ready.readable || ready.failed)) read_some();
}

void SocketStream::read_some() {
    std::array<char, k_piece> buffer;
    for (int piece = 0; piece < k_pieces_a_turn && !m_paused && !m_ended; ++piece) {
        const auto got = recv(m_descriptor, buffer.data(), buffer.size(), 0);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return;
        if (got < 0) return broke(errno);
        if (got == 0) {
            m_ended = true;
            want();
            if (m_events.on_end) m_events.on_end(0);
            return;
        }
        if (m_events.on_bytes) m_events.on_bytes({buffer.data(), static_cast<std::size_t>(got)});
        if (static_cast<std::size_t>(got) < buffer.size()) return; // there is no more, most likely
    }
}

void SocketStream::write(std::string_view bytes) {
    if (m_broken || m_end_wanted) return;
    if (m_sent > k_full) m_output.erase(0, std::exchange(m_sent, 0));
    m_output.append(bytes);
    if (!m_stuck && full()) send_some(); // what broke it is found again in the next turn, where it may be told
    if (full()) m_was_full = true;
    want();
}

/// Gives the system what it takes. False: the connection is broken, errno says how.
bool SocketStream::send_some() {
    while (unsent() > 0) {
        const auto taken = send(m_descriptor, m_output.data() + m_sent, unsent(), MSG_NOSIGNAL);
        if (taken < 0 && errno == EINTR) continue;
        m_stuck = taken < 0;
        if (taken < 0) return errno == EAGAIN || errno == EWOULDBLOCK;
        m_sent += static_cast<std::size_t>(taken);
    }
    m_output.clear();
    m_sent = 0;
    return true;
}

void SocketStream::write_some() {
    if (!send_some()) return broke(errno);
    if (unsent() == 0 && m_end_wanted && !std::exchange(m_end_sent, true)) shutdown(m_descriptor, SHUT_WR);
    want();
    if (unsent() == 0 && m_events.on_written) m_events.on_written();
    if (!m_was_full || unsent() >= k_drained) return;
    m_was_full = false;
    if (m_events.on_drained) m_events.on_drained();
}

void SocketStream::end_writing() {
    m_end_wanted = true;
    if (unsent() == 0 && !m_broken && !std::exchange(m_end_sent, true)) shutdown(m_descriptor, SHUT_WR);
}

void SocketStream::broke(int error) {
    m_broken = true;
    m_output.clear();
    m_sent = 0;
    const bool told = std::exchange(m_ended, true);
    want();
    if (!told && m_events.on_end) m_events.on_end(error);
}

void SocketStream::pause() {
    m_paused = true;
    want();
}

void SocketStream::resume() {
    m_paused = false;
    want();
}

void SocketStream::reset() {
    send_some();
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(m_descriptor, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

} // namespace kdiag::net
