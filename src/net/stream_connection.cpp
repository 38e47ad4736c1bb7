// SPDX-License-Identifier: Apache-2.0
#include "net/stream_connection.hpp"

#include "net/curl_error.hpp"
#include "net/curl_library.hpp"
#include "net/easy_handle.hpp"
#include "net/proxy.hpp"
#include "net/yielding.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <utility>

namespace kdiag::net {

namespace {

constexpr std::size_t k_piece = 128 * 1024;
constexpr long k_library_buffer = 2048; // allocated when a connection begins, for the answers of proxies; there may be hundreds
constexpr int k_pieces_a_turn = 32; // then others have their turn
constexpr std::size_t k_bulk = 64 * 1024; // in one turn
constexpr Duration k_least_gathering{1}, k_most_gathering{8};

Error lost(const std::string& url, const char* why) {
    const auto parts = parse_url(url);
    return {.kind = ErrorKind::network, .message = format("the connection to {}:{} was lost: {}", parts.host, parts.port, why)};
}

} // namespace

Result<std::unique_ptr<StreamConnector>> StreamConnector::make(EventLoop& loop) {
    KD_TRY(start_curl());
    return std::make_unique<StreamConnector>(loop);
}

struct StreamConnection::State : std::enable_shared_from_this<State> {
    State(StreamConnector& stream_connector, HttpSettings http_settings, std::string server_url)
        : connector(stream_connector), settings(std::move(http_settings)), url(std::move(server_url)) {}

    void connect(std::function<void(Status)> on_connected);
    void watch();
    void want() { connector.loop.want(descriptor, waits(), writes()); }
    bool reads() const { return listening && !paused && !ended; }
    bool waits() const { return reads() && reading == 0; }
    bool writes() const { return !output.empty() && !ended; }
    void on_ready(Readiness ready);
    void read_after(Duration pause);
    void read_soon();
    void read_later();
    void note_bulk();
    void falter();
    void read_some();
    std::size_t fill(std::span<char> buffer);
    void write_some();
    void drop_output();
    void end(std::optional<Error> error);
    void close();

    StreamConnector& connector;
    HttpSettings settings;
    std::string url;
    EasyHandle easy;
    curl_socket_t descriptor = CURL_SOCKET_BAD;
    Events events;
    bool listening = false, paused = false, ended = false, write_failed = false, was_full = false;
    CURLcode received = CURLE_OK; ///< what reading gave last
    bool at_end = false;          ///< and whether the peer has closed
    Duration gathering = k_least_gathering; ///< the next pause in bulk
    std::optional<Yielding> yielding;       ///< while bulk lasts
    EventLoop::TimerId reading = 0; ///< the next reading that no poll calls for: bytes may be left in libcurl, or more is to gather first
    std::deque<std::string> output; ///< chunks stay where they are: libcurl wants the same bytes again after CURLE_AGAIN
    std::size_t sent = 0;           ///< of the first chunk
    std::size_t unsent = 0;
};

void StreamConnection::State::connect(std::function<void(Status)> on_connected) {
    easy.reach(settings, url);
    easy.set(CURLOPT_CONNECT_ONLY, 1L);
    easy.set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1)); // with HTTP/2 agreed on, sending crashes libcurl 7.88
    easy.set(CURLOPT_HTTPPROXYTUNNEL, 1L);
    easy.set(CURLOPT_BUFFERSIZE, k_library_buffer);
    easy.notice_dead_peer();
    easy.read_ahead();
    connector.multi.add(easy.get(), [self = weak_from_this(), told = std::move(on_connected)](CURLcode code) {
        const auto state = self.lock();
        if (!state) return;
        if (code == CURLE_OK) curl_easy_getinfo(state->easy.get(), CURLINFO_ACTIVESOCKET, &state->descriptor);
        if (code == CURLE_OK && state->descriptor != CURL_SOCKET_BAD) {
            state->easy.set(CURLOPT_BUFFERSIZE, static_cast<long>(k_piece)); // now only the most that curl_easy_recv gives at once (before 8.0)
            state->watch();
            return told({});
        }
        told(error_of(state->easy.get(), code, {.url = state->url, .details = state->easy.details()}, state->settings));
    });
}

void StreamConnection::State::watch() {
    connector.loop.watch(descriptor, waits(), writes(), [self = weak_from_this()](Readiness ready) {
        if (const auto state = self.lock()) state->on_ready(ready);
    });
}

void StreamConnection::State::on_ready(Readiness ready) {
    if (writes() && (ready.writable || ready.failed)) write_some();
    if (reads() && (ready.readable || ready.failed)) read_some();
}

void StreamConnection::State::read_after(Duration pause) {
    if (reading != 0) return;
    reading = connector.loop.after(pause, [self = weak_from_this()] {
        const auto state = self.lock();
        if (!state) return;
        state->reading = 0;
        state->want();
        if (state->reads()) state->read_some();
    });
}

void StreamConnection::State::read_soon() {
    read_after({});
}

/// In bulk the server's work is better done in long runs: whoever is woken for every record takes the time that it needs to fill the next.
/// The pause grows, so that an answer of a few pieces does not wait long for its second.
void StreamConnection::State::read_later() {
    read_after(gathering);
    note_bulk();
    want();
}

void StreamConnection::State::note_bulk() {
    gathering = std::min(Duration{gathering.milliseconds * 2}, k_most_gathering);
    if (gathering == k_most_gathering && !yielding) yielding.emplace();
}

/// Bulk falters before it ends: a server that has lost its processor for a moment sends little for one turn, and whoever waits for its next
/// record alone is back at one record at a time.
void StreamConnection::State::falter() {
    if (yielding) read_after(gathering);
    gathering = std::max(Duration{gathering.milliseconds / 2}, k_least_gathering);
    if (gathering == k_least_gathering) yielding.reset();
    want();
}

void StreamConnection::State::read_some() {
    std::array<char, k_piece> buffer;
    std::size_t total = 0;
    for (int piece = 0; piece < k_pieces_a_turn; ++piece) {
        const auto filled = fill(buffer);
        total += filled;
        if (filled > 0) {
            const auto on_bytes = events.on_bytes; // lives on if it ends the connection
            on_bytes({buffer.data(), filled});
        }
        if (!reads()) return;
        if (received == CURLE_AGAIN) return total >= k_bulk ? read_later() : falter();
        if (received != CURLE_OK) return end(lost(url, curl_easy_strerror(received)));
        if (at_end) return end(std::nullopt);
    }
    note_bulk();
    read_soon();
}

/// TLS gives a record at a time, and whoever takes the bytes is cheaper with many at once.
std::size_t StreamConnection::State::fill(std::span<char> buffer) {
    if (at_end || (received != CURLE_OK && received != CURLE_AGAIN)) return 0; // nobody has listened to the end yet
    std::size_t filled = 0, got = 0;
    do {
        received = curl_easy_recv(easy.get(), buffer.data() + filled, buffer.size() - filled, &got);
        at_end = received == CURLE_OK && got == 0;
        if (received == CURLE_OK) filled += got;
    } while (received == CURLE_OK && !at_end && filled < buffer.size());
    return filled;
}

void StreamConnection::State::write_some() {
    while (!output.empty()) {
        const auto& chunk = output.front();
        std::size_t taken = 0;
        const auto code = curl_easy_send(easy.get(), chunk.data() + sent, chunk.size() - sent, &taken);
        if (code == CURLE_AGAIN) break;
        if (code != CURLE_OK) {
            write_failed = true; // what the peer has said before is still to be read, and its end tells why
            drop_output();
            break;
        }
        sent += taken;
        unsent -= taken;
        if (sent < chunk.size()) continue;
        output.pop_front();
        sent = 0;
    }
    want();
    if (!was_full || unsent >= k_drained) return;
    was_full = false;
    if (const auto on_drained = events.on_drained) on_drained();
}

void StreamConnection::State::drop_output() {
    output.clear();
    sent = unsent = 0;
}

void StreamConnection::State::end(std::optional<Error> error) {
    const auto on_end = events.on_end;
    close();
    if (on_end) on_end(std::move(error));
}

void StreamConnection::State::close() {
    if (std::exchange(ended, true)) return;
    yielding.reset();
    connector.loop.cancel(reading);
    if (descriptor != CURL_SOCKET_BAD) connector.loop.unwatch(descriptor);
    connector.multi.remove(easy.get()); // closes it
    drop_output();
    events = {};
}

StreamConnection::StreamConnection(StreamConnector& connector, const HttpSettings& settings, const std::string& url, std::function<void(Status)> on_connected)
    : m_state(std::make_shared<State>(connector, settings, url)) {
    m_state->connect(std::move(on_connected));
}

StreamConnection::~StreamConnection() {
    m_state->events = {};
    if (!m_state->ended && m_state->descriptor != CURL_SOCKET_BAD && !m_state->output.empty()) m_state->write_some(); // a goodbye, if there is room for it
    m_state->close();
}

void StreamConnection::listen(Events events) {
    m_state->events = std::move(events);
    m_state->listening = true;
    m_state->want();
    m_state->read_soon();
}

void StreamConnection::write(std::string bytes) {
    auto& state = *m_state;
    if (bytes.empty() || state.ended || state.write_failed) return;
    state.unsent += bytes.size();
    state.output.push_back(std::move(bytes));
    if (state.unsent >= k_full) state.was_full = true;
    if (state.output.size() == 1) state.connector.loop.want(state.descriptor, state.waits(), true);
}

std::size_t StreamConnection::unsent() const {
    return m_state->unsent;
}

void StreamConnection::pause() {
    m_state->paused = true;
    if (!m_state->ended) m_state->want();
}

void StreamConnection::resume() {
    if (!std::exchange(m_state->paused, false) || m_state->ended) return;
    m_state->want();
    m_state->read_soon();
}

bool StreamConnection::paused() const {
    return m_state->paused;
}

} // namespace kdiag::net
