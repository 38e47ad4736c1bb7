// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/curl_multi.hpp"
#include "net/http.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::net {

/// What connections for streams share. Apart from those of requests, whose number is limited and which may be HTTP/2.
struct StreamConnector {
    EventLoop& loop;
    CurlMulti multi;

    static Result<std::unique_ptr<StreamConnector>> make(EventLoop& loop);
    explicit StreamConnector(EventLoop& event_loop) : loop(event_loop), multi(event_loop, 0) {}
};

/// Bytes both ways over a connection that libcurl has opened as it does for requests: TLS, client certificate, proxies, names. Bounded:
/// nothing is read while it is paused, and who writes asks full() first. It may be destroyed in any of its events.
class StreamConnection {
public:
    static constexpr std::size_t k_full = 256 * 1024;
    static constexpr std::size_t k_drained = 64 * 1024;

    struct Events {
        std::function<void(std::string_view)> on_bytes;
        /// It was full, and has room again.
        std::function<void()> on_drained;
        /// Once, last: the peer closed it, or the connection broke.
        std::function<void(std::optional<Error>)> on_end;
    };

    /// Connects to the server of a URL; on_connected is called once, from the loop. After that, listen().
    StreamConnection(StreamConnector& connector, const HttpSettings& settings, const std::string& url, std::function<void(Status)> on_connected);
    ~StreamConnection();
    StreamConnection(const StreamConnection&) = delete;
    StreamConnection& operator=(const StreamConnection&) = delete;

    /// Who is told from now on; begins to read.
    void listen(Events events);
    void write(std::string bytes);
    /// Bytes that wait to be sent.
    std::size_t unsent() const;
    bool full() const { return unsent() >= k_full; }
    /// Stops reading, so that the peer has to wait once buffers between are full.
    void pause();
    void resume();
    bool paused() const;

private:
    struct State;
    std::shared_ptr<State> m_state; ///< shared with what the loop runs, so that an event may end this object
};

} // namespace kdiag::net
