// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"

#include <curl/curl.h>

#include <functional>
#include <memory>
#include <unordered_map>

namespace kdiag::net {

/// A multi handle of libcurl whose sockets and times an EventLoop waits for.
class CurlMulti {
public:
    /// `most_connections` to one host; 0: as many as there are handles.
    CurlMulti(EventLoop& loop, std::size_t most_connections);
    ~CurlMulti();
    CurlMulti(const CurlMulti&) = delete;
    CurlMulti& operator=(const CurlMulti&) = delete;

    /// Runs a handle; on_done is called once, from the loop, after which the handle is still here until it is removed. Not for
    /// libcurl's own callbacks (they must not change a multi handle): post it on the loop from there.
    void add(CURL* easy, std::function<void(CURLcode)> on_done);
    /// Takes a handle off, done or not, on_done is not called any more; the same restriction as for add.
    void remove(CURL* easy);
    /// Lets a transfer that was paused in its callback go on.
    void resume(CURL* easy);

private:
    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void*) noexcept;
    static int on_timer(CURLM* multi, long milliseconds, void* self) noexcept;
    void act(curl_socket_t socket, int events);
    void tell_done();

    EventLoop& m_loop;
    CURLM* m_multi;
    EventLoop::TimerId m_timer = 0;
    std::unordered_map<CURL*, std::function<void(CURLcode)>> m_handles;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); ///< an on_done may destroy this
};

} // namespace kdiag::net
