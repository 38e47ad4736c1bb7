// SPDX-License-Identifier: Apache-2.0
#include "app/pod_relay.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace kdiag::app {

namespace {

constexpr std::size_t k_most_waiting = 256 * 1024; ///< for the descriptor, before the pod is not read any more
constexpr std::size_t k_most_error = 4 * 1024;
constexpr Duration k_last_words = Duration::seconds(1);

} // namespace

Result<std::unique_ptr<PodRelay>> PodRelay::open(const ContainerPlace& place, const probe::PodCommand& command) {
    std::unique_ptr<PodRelay> relay(new PodRelay(place));
    auto* self = relay.get();
    KD_TRY_ASSIGN(relay->m_passage, net::LocalPassage::open(place.client.loop(), [self](int descriptor) { self->on_connected(descriptor); }));
    client::RemoteSession::Events events;
    events.on_output = [self](client::OutputChannel channel, std::string_view bytes) { self->on_output(channel, bytes); };
    events.on_stdin_drained = [self] { self->look(); };
    events.on_end = [self](client::RemoteExit exit) { self->on_end(std::move(exit)); };
    KD_TRY_ASSIGN(relay->m_session, client::RemoteSession::open(place.client, {.namespace_name = place.namespace_name, .pod = place.pod, .container = place.container,
                                                                                .command = command.argv, .stdin_open = true}, std::move(events)));
    return relay;
}

PodRelay::~PodRelay() {
    close();
}

void PodRelay::close() {
    if (m_descriptor >= 0) {
        m_place.client.loop().unwatch(m_descriptor);
        ::close(m_descriptor);
    }
    m_descriptor = -1;
    m_local_closed = true;
}

void PodRelay::on_connected(int descriptor) {
    m_descriptor = descriptor;
    m_place.client.loop().watch(m_descriptor, true, false, [this](net::Readiness ready) {
        if (ready.writable) move_out();
        if (m_descriptor >= 0 && (ready.readable || ready.failed)) move_in();
        look();
    });
    move_out();
    look();
}

/// What is wanted of the descriptor now: input only while there is room for it, output only while there is some.
void PodRelay::look() {
    if (m_descriptor < 0) return;
    const bool room = !m_input_ended && !m_ended && !m_session->stdin_full();
    m_place.client.loop().want(m_descriptor, room, !m_out.empty());
}

void PodRelay::on_output(client::OutputChannel channel, std::string_view bytes) {
    if (channel == client::OutputChannel::err) {
        m_err.append(bytes.substr(0, k_most_error - std::min(k_most_error, m_err.size())));
        return;
    }
    m_out += bytes;
    if (!m_started) {
        if (!m_out.starts_with(probe::k_greeting)) return;
        m_out.erase(0, probe::k_greeting.size());
        m_started = true;
    }
    if (m_local_closed) m_out.clear(); // nobody reads it any more
    else move_out();
    if (m_out.size() > k_most_waiting && !m_paused) {
        m_paused = true;
        m_session->pause_output();
    }
    look();
}

void PodRelay::on_end(client::RemoteExit exit) {
    m_ended = std::move(exit);
    move_out();
    look();
}

void PodRelay::move_out() {
    while (m_descriptor >= 0 && m_started && !m_out.empty()) {
        const auto sent = ::send(m_descriptor, m_out.data(), m_out.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) continue;
        if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
        if (sent <= 0) {
            close();
            m_out.clear();
            return;
        }
        m_out.erase(0, static_cast<std::size_t>(sent));
    }
    if (m_paused && m_out.size() < k_most_waiting / 2 && !m_ended) {
        m_paused = false;
        m_session->resume_output();
    }
    if (m_ended && m_descriptor >= 0 && (m_out.empty() || !m_started)) close();
}

void PodRelay::move_in() {
    std::array<char, 16 * 1024> buffer;
    const auto got = ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
    if (got < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return;
    if (got > 0) {
        if (!m_ended) m_session->write_stdin({buffer.data(), static_cast<std::size_t>(got)});
        return;
    }
    if (!m_ended && !m_input_ended) m_session->end_stdin();
    m_input_ended = true;
    close();
}

Status PodRelay::wait_until_started(Duration limit) {
    auto& loop = m_place.client.loop();
    bool late = false;
    const auto timer = loop.after(limit, [&] { late = true; });
    const auto interrupted = [&] { return m_place.interrupted != nullptr && m_place.interrupted->load(); };
    while (!m_started && !m_ended && !late && !interrupted()) loop.turn(limit);
    loop.cancel(timer);
    if (interrupted()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
    if (m_started || (m_ended && !m_ended->error)) return {};
    if (m_ended) return *m_ended->error;
    return Error{.kind = ErrorKind::timeout, .message = format("a command in container {} of pod {} was not started within {}", m_place.container, m_place.pod, to_age(limit)),
                 .help = {"is the node well? kdiag diagnose nodes"}};
}

probe::ToolProblem PodRelay::problem() {
    auto& loop = m_place.client.loop();
    bool late = m_ended.has_value();
    const auto timer = loop.after(k_last_words, [&] { late = true; });
    while (!m_ended && !late && (m_place.interrupted == nullptr || !m_place.interrupted->load())) loop.turn(k_last_words);
    loop.cancel(timer);
    if (!m_ended) return {};
    if (m_ended->error) return {.at = probe::ToolProblem::At::tool, .text = m_ended->error->message};
    if (!m_ended->message.empty()) return {.at = probe::ToolProblem::At::tool, .text = m_ended->message};
    return probe::connection_problem({.code = m_ended->code, .out = {}, .err = m_err});
}

} // namespace kdiag::app
