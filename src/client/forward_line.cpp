// SPDX-License-Identifier: Apache-2.0
#include "client/forward_line.hpp"

#include <utility>

namespace kdiag::client {

namespace {

constexpr Duration k_tick = Duration::seconds(1);

} // namespace

ForwardLine::ForwardLine(net::EventLoop& loop, ForwardWay way, net::Upgraded upgraded) : m_loop(loop), m_stream(std::move(upgraded.stream)) {
    const ForwardWire::Events wires{.send = [this](std::string bytes) {
                                        if (m_stream) m_stream->write(std::move(bytes));
                                    },
                                    .on_bytes = [this](std::string_view bytes) {
                                        if (m_events.on_bytes) m_events.on_bytes(bytes);
                                    }};
    m_wire = way == ForwardWay::websocket ? forward_over_websocket(wires) : forward_over_spdy(way == ForwardWay::tunnel, wires);
    m_stream->listen({.on_bytes = [this](std::string_view bytes) { received(bytes); },
                      .on_drained = [this] {
                          if (m_events.on_drained) m_events.on_drained();
                      },
                      .on_end = [this](std::optional<Error> error) { lost(std::move(error)); }});
    m_timer = m_loop.after({}, [this, rest = std::move(upgraded.rest)] { // whoever made this line listens only after it
        m_timer = m_loop.after(k_tick, [this] { tick(); });
        if (!m_held) m_stream->resume();
        if (!rest.empty()) received(rest);
    });
}

ForwardLine::~ForwardLine() {
    m_loop.cancel(m_timer);
}

void ForwardLine::hold(bool held) {
    m_held = held;
    if (held)
        m_stream->pause();
    else
        m_stream->resume();
}

void ForwardLine::stop() {
    m_loop.cancel(std::exchange(m_timer, 0));
    m_events = {};
    m_stream.reset();
}

void ForwardLine::received(std::string_view bytes) {
    if (!m_stream) return;
    advanced(m_wire->receive(bytes));
}

void ForwardLine::tick() {
    m_timer = m_loop.after(k_tick, [this] { tick(); });
    advanced(m_wire->passed(k_tick, m_stream->paused()));
}

void ForwardLine::advanced(Status status) {
    if (!status) return lost(std::move(status).error());
    if (const auto on_change = m_events.on_change) on_change();
}

void ForwardLine::lost(std::optional<Error> error) {
    const auto on_lost = std::move(m_events.on_lost);
    stop();
    if (on_lost) on_lost(std::move(error));
}

} // namespace kdiag::client
