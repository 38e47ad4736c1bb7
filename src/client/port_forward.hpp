// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::client {

struct ForwardRoute;
class ForwardLine;

/// One TCP connection to a port of a pod, over an upgraded connection that carries no other meanwhile: none can hold it up, and the slower
/// end sets the pace of the faster one.
class PodConnection {
public:
    /// All may be empty. It may be destroyed in on_end or outside of events, not in the others.
    struct Events {
        /// The kubelet has agreed, bytes may be written. Whether something listens in the pod is not known yet.
        std::function<void()> on_open;
        std::function<void(std::string_view)> on_bytes;
        /// After full() was true: there is room again.
        std::function<void()> on_drained;
        /// The pod sends no more.
        std::function<void()> on_end_of_bytes;
        /// Once, last. An Error: refused (`gone`: the pod is no more), or lost.
        std::function<void(std::optional<Error>)> on_end;
    };
    ~PodConnection();
    PodConnection(const PodConnection&) = delete;
    PodConnection& operator=(const PodConnection&) = delete;

    /// Ignored before on_open.
    void write(std::string_view bytes);
    bool full() const;
    /// After an error: whether it is the kubelet's word that the port in the pod does not answer, and not about the way there.
    bool was_refused() const;
    /// No more is written. Most runtimes then end the whole connection within a second, what they have not sent by then is lost.
    void end_writing();
    void pause();
    void resume();

private:
    friend class PortForward;
    struct Impl;
    explicit PodConnection(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

/// Connections to the ports of one pod: SPDY/3.1 tunnelled through WebSocket where the server can (KEP-4006, 1.31), else raw SPDY/3.1, else
/// WebSocket v4; also where the role allows only `create`. What works is remembered.
class PortForward {
public:
    PortForward(ApiClient& client, std::string namespace_name, std::string pod);
    ~PortForward();
    PortForward(const PortForward&) = delete;
    PortForward& operator=(const PortForward&) = delete;

    /// Never waits: an error is told by on_end.
    std::unique_ptr<PodConnection> connect(std::uint16_t port, PodConnection::Events events);
    /// Keeps so many upgraded connections ready, which hides the time of their handshake; nothing is dialled in the pod for them.
    /// `on_first` is told once, whether the first of them stands.
    void keep_warm(std::size_t count, std::function<void(Status)> on_first = {});
    /// SPDY/3.1 over WebSocket, SPDY/3.1 or WebSocket v4; empty: not known yet.
    std::string_view way() const;

private:
    void warm_up();
    void warm_up_after(Duration pause);
    void warmed(Result<std::unique_ptr<ForwardLine>> line);

    ApiClient& m_client;
    std::shared_ptr<ForwardRoute> m_route;
    struct Warming;
    std::unique_ptr<Warming> m_warming;
};

} // namespace kdiag::client
