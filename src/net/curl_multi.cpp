// SPDX-License-Identifier: Apache-2.0
#include "net/curl_multi.hpp"

#include <utility>

namespace kdiag::net {

CurlMulti::CurlMulti(EventLoop& loop, std::size_t most_connections) : m_loop(loop), m_multi(curl_multi_init()) {
    curl_multi_setopt(m_multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
    curl_multi_setopt(m_multi, CURLMOPT_MAX_HOST_CONNECTIONS, static_cast<long>(most_connections));
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETFUNCTION, &CurlMulti::on_socket);
    curl_multi_setopt(m_multi, CURLMOPT_SOCKETDATA, this);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERFUNCTION, &CurlMulti::on_timer);
    curl_multi_setopt(m_multi, CURLMOPT_TIMERDATA, this);
}

CurlMulti::~CurlMulti() {
    *m_alive = false;
    for (const auto& [easy, on_done] : std::exchange(m_handles, {})) curl_multi_remove_handle(m_multi, easy);
    curl_multi_cleanup(m_multi); // tells on_socket of each socket it closes
    m_loop.cancel(m_timer);
}

void CurlMulti::add(CURL* easy, std::function<void(CURLcode)> on_done) {
    m_handles[easy] = std::move(on_done);
    curl_multi_add_handle(m_multi, easy);
}

void CurlMulti::remove(CURL* easy) {
    if (m_handles.erase(easy) > 0) curl_multi_remove_handle(m_multi, easy);
}

void CurlMulti::resume(CURL* easy) {
    if (m_handles.contains(easy)) curl_easy_pause(easy, CURLPAUSE_CONT);
}

int CurlMulti::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
    auto& multi = *static_cast<CurlMulti*>(self);
    if (what == CURL_POLL_REMOVE) {
        multi.m_loop.unwatch(socket);
        return 0;
    }
    multi.m_loop.watch(socket, (what & CURL_POLL_IN) != 0, (what & CURL_POLL_OUT) != 0, [&multi, socket](Readiness ready) {
        multi.act(socket, (ready.readable ? CURL_CSELECT_IN : 0) | (ready.writable ? CURL_CSELECT_OUT : 0) | (ready.failed && !ready.readable ? CURL_CSELECT_ERR : 0));
    });
    return 0;
}

int CurlMulti::on_timer(CURLM*, long milliseconds, void* self) noexcept {
    auto& multi = *static_cast<CurlMulti*>(self);
    multi.m_loop.cancel(std::exchange(multi.m_timer, 0));
    if (milliseconds >= 0) multi.m_timer = multi.m_loop.after(Duration{milliseconds}, [&multi] { multi.act(CURL_SOCKET_TIMEOUT, 0); });
    return 0;
}

void CurlMulti::act(curl_socket_t socket, int events) {
    int running = 0;
    curl_multi_socket_action(m_multi, socket, events, &running);
    tell_done();
}

void CurlMulti::tell_done() {
    const auto alive = m_alive;
    int left = 0;
    while (const CURLMsg* message = curl_multi_info_read(m_multi, &left)) {
        if (message->msg != CURLMSG_DONE) continue;
        const auto found = m_handles.find(message->easy_handle);
        if (found == m_handles.end() || !found->second) continue;
        const auto on_done = std::exchange(found->second, {});
        on_done(message->data.result);
        if (!*alive) return;
    }
}

} // namespace kdiag::net
