// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/forward_wire.hpp"
#include "net/event_loop.hpp"
#include "net/upgrade.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kdiag::client {

enum class ForwardWay { tunnel, spdy, websocket };

/// An upgraded connection that can carry one forwarded connection at a time, and is kept alive until it does.
class ForwardLine {
public:
    struct Events {
        std::function<void(std::string_view)> on_bytes;
        std::function<void()> on_drained;
        /// The wire's state may have changed.
        std::function<void()> on_change;
        /// Once, last: the connection ended. It may destroy the line; the others must not.
        std::function<void(std::optional<Error>)> on_lost;
    };
    ForwardLine(net::EventLoop& loop, ForwardWay way, net::Upgraded upgraded);
    ~ForwardLine();
    ForwardLine(const ForwardLine&) = delete;
    ForwardLine& operator=(const ForwardLine&) = delete;

    void listen(Events events) { m_events = std::move(events); }
    ForwardWire& wire() { return *m_wire; }
    net::StreamConnection& stream() { return *m_stream; }
    /// Whether reading is paused.
    void hold(bool held);
    /// Ends the connection; no event follows.
    void stop();
    bool stopped() const { return m_stream == nullptr; }

private:
    void received(std::string_view bytes);
    void tick();
    /// The wire has taken bytes or time.
    void advanced(Status status);
    void lost(std::optional<Error> error);

    net::EventLoop& m_loop;
    Events m_events;
    std::unique_ptr<net::StreamConnection> m_stream;
    std::unique_ptr<ForwardWire> m_wire;
    net::EventLoop::TimerId m_timer = 0;
    bool m_held = false;
};

} // namespace kdiag::client
