// SPDX-License-Identifier: Apache-2.0
#include "client/port_forward.hpp"

#include "client/forward_dial.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <utility>

namespace kdiag::client {

namespace {

constexpr Duration k_open_deadline = Duration::seconds(30); // the kubelet gives up waiting for streams then, too
constexpr Duration k_first_pause = Duration::seconds(1), k_longest_pause = Duration::seconds(30);

/// The kubelet's and the runtime's words about a connection that failed in the pod (cri-streaming, containerd, CRI-O).
Error error_of_refusal(std::string_view words, const std::string& pod, std::uint16_t port) {
    Error error{.kind = ErrorKind::network, .message = format("pod {} does not answer on port {}", pod, port), .notes = {std::string(trim(words).substr(0, 400))}};
    if (contains(words, "connection refused")) {
        error.message = format("nothing listens on port {} in pod {}", port, pod);
        error.notes.clear(); // ids of sandboxes, and the same
        error.help = {"is it the port that the program listens on, and on localhost or all addresses?"};
    } else if (contains(words, "failed to find sandbox") || (contains(words, "network namespace") && contains(words, "closed")) || contains(words, "not found")) {
        error.kind = ErrorKind::gone;
        error.message = format("pod {} is gone", pod);
    }
    return error;
}

} // namespace

struct PodConnection::Impl {
    Impl(ApiClient& api_client, std::shared_ptr<ForwardRoute> forward_route, std::uint16_t pod_port, Events connection_events)
        : client(api_client), route(std::move(forward_route)), port(pod_port), events(std::move(connection_events)) {
        deadline = client.loop().after(k_open_deadline, [this] {
            finish(Error{.kind = ErrorKind::timeout, .message = format("pod {} has not answered for {}", route->pod, to_age(k_open_deadline)), .help = {"is its node Ready?"}});
        });
    }
    ~Impl() {
        client.loop().cancel(deadline);
        client.loop().cancel(end_timer);
    }

    void dial() {
        attempt = std::make_unique<ForwardDial>(client, route, port, [this](Result<std::unique_ptr<ForwardLine>> found) {
            const auto done = std::move(attempt);
            if (!found) return finish(std::move(found).error());
            use(*std::move(found));
        });
    }
    void use(std::unique_ptr<ForwardLine> found);
    void began();
    void changed();
    void lost(std::optional<Error> error);
    void finish(std::optional<Error> error);
    void refused();

    ApiClient& client;
    std::shared_ptr<ForwardRoute> route;
    std::uint16_t port;
    Events events;
    std::unique_ptr<ForwardDial> attempt;
    std::unique_ptr<ForwardLine> line;
    net::EventLoop::TimerId deadline = 0, end_timer = 0;
    bool open = false, end_told = false, ended = false, paused = false, was_idle = false, was_refused = false;
};

void PodConnection::Impl::use(std::unique_ptr<ForwardLine> found) {
    line = std::move(found);
    line->listen({.on_bytes = [this](std::string_view bytes) {
                      began(); // bytes may come with the agreement
                      if (events.on_bytes) events.on_bytes(bytes);
                  },
                  .on_drained = [this] {
                      if (events.on_drained) events.on_drained();
                  },
                  .on_change = [this] { changed(); }, .on_lost = [this](std::optional<Error> error) { lost(std::move(error)); }});
    if (paused) line->hold(true);
    line->wire().open(port);
}

void PodConnection::Impl::began() {
    if (!line->wire().ready() || !line->wire().refusal().empty() || std::exchange(open, true)) return;
    client.loop().cancel(std::exchange(deadline, 0));
    if (events.on_open) events.on_open();
}

void PodConnection::Impl::changed() {
    auto& wire = line->wire();
    began();
    if (ended) return;
    if ((wire.ended() || wire.over()) && !wire.refusal().empty()) return refused();
    if (wire.ended() && !std::exchange(end_told, true) && events.on_end_of_bytes) events.on_end_of_bytes();
    if (wire.over()) lost(std::nullopt);
}

void PodConnection::Impl::lost(std::optional<Error> error) {
    auto& wire = line->wire();
    if (!wire.refusal().empty()) return refused();
    if (wire.ended()) return finish(std::nullopt);
    if (!open && std::exchange(was_idle, false)) { // it has broken meanwhile, and nothing was sent yet
        line->stop();
        return dial();
    }
    Error broken{.kind = ErrorKind::network, .message = format("the connection to pod {} was lost", route->pod)};
    if (error && error->kind == ErrorKind::protocol) return finish(std::move(error));
    if (error) broken.notes.push_back(error->message);
    finish(std::move(broken));
}

void PodConnection::Impl::refused() {
    auto error = error_of_refusal(line->wire().refusal(), route->pod, port);
    was_refused = error.kind == ErrorKind::network;
    finish(std::move(error));
}

/// The end is told in a turn of its own, where whoever is told may destroy the connection.
void PodConnection::Impl::finish(std::optional<Error> error) {
    if (std::exchange(ended, true)) return;
    client.loop().cancel(std::exchange(deadline, 0));
    if (line && !error && !line->stopped() && line->wire().free() && route->idle.has_room()) {
        line->hold(false);
        route->idle.put(std::move(line));
    } else if (line) {
        line->stop();
    }
    end_timer = client.loop().after({}, [this, error = std::move(error)]() mutable {
        end_timer = 0;
        const auto on_end = std::move(events.on_end);
        if (on_end) on_end(std::move(error));
    });
}

PodConnection::PodConnection(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
PodConnection::~PodConnection() = default;

void PodConnection::write(std::string_view bytes) {
    if (m_impl->open && !m_impl->ended) m_impl->line->wire().send(bytes);
}

bool PodConnection::full() const {
    return m_impl->open && !m_impl->ended && m_impl->line->stream().full();
}

bool PodConnection::was_refused() const {
    return m_impl->was_refused;
}

void PodConnection::end_writing() {
    if (!m_impl->open || m_impl->ended) return;
    m_impl->line->wire().end();
    m_impl->changed(); // both ends have said so: the server would keep the connection for others
}

void PodConnection::pause() {
    m_impl->paused = true;
    if (m_impl->line && !m_impl->line->stopped()) m_impl->line->hold(true);
}

void PodConnection::resume() {
    m_impl->paused = false;
    if (m_impl->line && !m_impl->line->stopped()) m_impl->line->hold(false);
}

struct PortForward::Warming {
    std::function<void(Status)> on_first;
    std::unique_ptr<ForwardDial> dial;
    net::EventLoop::TimerId timer = 0;
    Duration pause = k_first_pause;
};

PortForward::PortForward(ApiClient& client, std::string namespace_name, std::string pod)
    : m_client(client), m_route(std::make_shared<ForwardRoute>(client.loop(), std::move(namespace_name), std::move(pod))), m_warming(std::make_unique<Warming>()) {}

PortForward::~PortForward() {
    m_route->idle.close(); // connections may outlive this
    m_client.loop().cancel(m_warming->timer);
}

std::unique_ptr<PodConnection> PortForward::connect(std::uint16_t port, PodConnection::Events events) {
    std::unique_ptr<PodConnection> connection(new PodConnection(std::make_unique<PodConnection::Impl>(m_client, m_route, port, std::move(events))));
    auto line = m_route->idle.take();
    connection->m_impl->was_idle = line != nullptr;
    if (line)
        connection->m_impl->use(std::move(line));
    else
        connection->m_impl->dial();
    warm_up();
    return connection;
}

void PortForward::keep_warm(std::size_t count, std::function<void(Status)> on_first) {
    m_warming->on_first = std::move(on_first);
    m_route->idle.keep(count, [this] { warm_up_after(k_first_pause); });
    warm_up();
}

void PortForward::warm_up() {
    auto& warming = *m_warming;
    const bool useless = m_route->way_known && m_route->way == ForwardWay::websocket; // it would dial the pod's program
    if (warming.dial || warming.timer != 0 || !m_route->idle.wants_more() || useless) return;
    warming.dial = std::make_unique<ForwardDial>(m_client, m_route, std::nullopt, [this](Result<std::unique_ptr<ForwardLine>> line) { warmed(std::move(line)); });
}

void PortForward::warmed(Result<std::unique_ptr<ForwardLine>> line) {
    auto& warming = *m_warming;
    const auto done = std::move(warming.dial);
    const auto on_first = std::exchange(warming.on_first, {});
    if (!line) {
        warm_up_after(warming.pause);
        warming.pause = std::min(k_longest_pause, Duration{warming.pause.milliseconds * 2});
        if (on_first) on_first(std::move(line).error());
        return;
    }
    warming.pause = k_first_pause;
    if (*line) m_route->idle.put(*std::move(line));
    warm_up();
    if (on_first) on_first({});
}

void PortForward::warm_up_after(Duration pause) {
    if (m_warming->timer != 0) return;
    m_warming->timer = m_client.loop().after(pause, [this] {
        m_warming->timer = 0;
        warm_up();
    });
}

std::string_view PortForward::way() const {
    if (!m_route->way_known) return {};
    return m_route->way == ForwardWay::tunnel ? "SPDY/3.1 over WebSocket" : m_route->way == ForwardWay::spdy ? "SPDY/3.1" : "WebSocket v4";
}

} // namespace kdiag::client
