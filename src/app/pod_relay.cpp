// SPDX-License-Identifier: Apache-2.0
#include "app/pod_relay.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::app {

namespace {

constexpr std::size_t k_most_error = 4 * 1024;
constexpr Duration k_last_words = Duration::seconds(1);

} // namespace

Result<std::unique_ptr<PodRelay>> PodRelay::open(const ContainerPlace& place, const probe::PodCommand& command) {
    std::unique_ptr<PodRelay> relay(new PodRelay(place));
    auto* self = relay.get();
    KD_TRY_ASSIGN(relay->m_passage, net::LocalPassage::open(place.client.loop(), [self](int descriptor) { self->on_connected(descriptor); }));
    client::RemoteSession::Events events;
    events.on_output = [self](client::OutputChannel channel, std::string_view bytes) { self->on_output(channel, bytes); };
    events.on_stdin_drained = [self] {
        if (self->m_stream) self->m_stream->resume();
    };
    events.on_end = [self](client::RemoteExit exit) { self->on_end(std::move(exit)); };
    KD_TRY_ASSIGN(relay->m_session, client::RemoteSession::open(place.client, {.namespace_name = place.namespace_name, .pod = place.pod, .container = place.container,
                                                                                .command = command.argv, .stdin_open = true}, std::move(events)));
    return relay;
}

void PodRelay::on_connected(int descriptor) {
    net::SocketStream::Events events;
    events.on_bytes = [this](std::string_view bytes) {
        if (m_ended) return;
        m_session->write_stdin(bytes);
        if (m_session->stdin_full()) m_stream->pause();
    };
    events.on_drained = [this] {
        if (!m_ended) m_session->resume_output();
    };
    events.on_end = [this](int) {
        if (!m_ended) m_session->end_stdin();
    };
    m_stream = std::make_unique<net::SocketStream>(m_place.client.loop(), descriptor, std::move(events));
    m_stream->resume();
    pass_on();
}

/// What came from the pod, as soon as there is somebody to take it.
void PodRelay::pass_on() {
    if (!m_stream || !m_started) return;
    m_stream->write(m_out);
    m_out.clear();
    if (m_ended) m_stream->end_writing();
    else if (m_stream->full()) m_session->pause_output();
}

void PodRelay::on_output(client::OutputChannel channel, std::string_view bytes) {
    if (channel == client::OutputChannel::err) {
        m_err.append(bytes.substr(0, k_most_error - std::min(k_most_error, m_err.size())));
        return;
    }
    m_out += bytes;
    if (!m_started && m_out.starts_with(probe::k_greeting)) {
        m_out.erase(0, probe::k_greeting.size());
        m_started = true;
    }
    if (!m_stream && m_out.size() > net::SocketStream::k_full) m_session->pause_output();
    pass_on();
}

void PodRelay::on_end(client::RemoteExit exit) {
    m_ended = std::move(exit);
    m_started = true; // it has said all it will
    pass_on();
}

Status PodRelay::wait_until_started(Duration limit) {
    auto& loop = m_place.client.loop();
    bool late = false;
    const auto timer = loop.after(limit, [&] { late = true; });
    const auto interrupted = [&] { return m_place.interrupted != nullptr && m_place.interrupted->load(); };
    while (!m_started && !late && !interrupted()) loop.turn(limit);
    loop.cancel(timer);
    if (interrupted()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
    if (m_ended && m_ended->error) return *m_ended->error;
    if (m_started) return {};
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
