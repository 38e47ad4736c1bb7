// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"
#include "util/result.hpp"
#include "util/secret.hpp"
#include "util/timestamp.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::net {

/// Trust and identity of a connection; PEM texts, never files.
struct TlsSettings {
    std::string ca_pem; ///< empty: the system's
    bool insecure = false;
    std::string server_name; ///< for SNI and verification instead of the host
    std::string certificate_pem;
    Secret key_pem;
};

struct HttpSettings {
    TlsSettings tls;
    std::string proxy; ///< empty: none
    Duration connect_timeout = Duration::seconds(10);
    /// No byte for this long ends a request; a large list may take longer than that in all. 0: never.
    Duration stall_timeout = Duration::seconds(15);
    bool compressed = true;
    std::string user_agent;
    std::size_t max_connections = 2;
};

struct HttpRequest {
    std::string url;
    std::vector<std::string> headers; ///< `Name: value`, nothing secret
    Secret authorization;             ///< the value of Authorization
    std::string method = "GET";
    std::string body = {};
    /// The answer goes on as long as the server likes (logs that are followed, watches): a connection of its own over HTTP/1.1, and no
    /// stall limit, for silence is normal.
    bool endless = false;
};

/// What a consumer says after each piece of a body, all of which it has taken.
enum class Flow {
    go_on,
    pause, ///< the connection is not read until it is resumed, so the server waits; what was read already (256 KiB at most) still comes
};

/// One request and what became of it.
struct Transfer {
    HttpRequest request;
    /// Takes the body of a successful answer as it arrives; an error ends the transfer. Without it the body is kept.
    std::function<Result<Flow>(std::string_view)> on_data = {};

    int status = 0; ///< HTTP; 0: no answer
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body; ///< of an error, or without on_data; at most 64 MiB
    std::optional<Error> error; ///< of the connection or of on_data
    bool delivered = false; ///< on_data was given something: it is not sent again by itself
    bool connection_lost = false; ///< the connection stood, and broke before the end
    int attempts = 0;
    std::uint64_t bytes = 0;

    std::string_view header(std::string_view name) const;
};

struct RunLimits {
    std::size_t concurrency = 8;
    Timestamp deadline = {}; ///< of everything together; unset: none
    const std::atomic<bool>* interrupted = nullptr;
    std::function<void(const Transfer&)> on_done = {};
};

/// `https://host/path` without user info and query, for messages.
std::string display_url(std::string_view url);

/// Requests over libcurl on an event loop: HTTP/2 where the server has it, several in flight. Bodies are handed on as they arrive and
/// never collected; a consumer that pauses stops the server, so memory stays flat whichever of the two is slower.
class HttpClient {
public:
    static Result<std::unique_ptr<HttpClient>> make(HttpSettings settings, EventLoop& loop);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Runs all transfers to their end; each says for itself what became of it. Retries what may be retried (see retry.hpp). While the
    /// server has never answered, the first failure to reach it ends them all: the others would only wait as long for the same.
    void run(const std::vector<Transfer*>& transfers, const RunLimits& limits);

    /// Begins a transfer that goes on while the loop turns, without retries. on_end is called once, from the loop, unless it is cancelled.
    /// The transfer stays where it is until then.
    void start(Transfer& transfer, std::function<void(Transfer&)> on_end);
    /// Lets a transfer go on whose consumer said pause.
    void resume(const Transfer& transfer);
    /// Ends a transfer that was started; afterwards it is not touched any more. Does nothing for one that has ended.
    void cancel(const Transfer& transfer);

    /// Uses another identity from now on; connections that know the old one are not used for it.
    void set_identity(std::string certificate_pem, Secret key_pem);
    const HttpSettings& settings() const { return m_settings; }
    EventLoop& loop() { return m_loop; }
    std::uint64_t requests() const { return m_requests; }
    std::uint64_t retries() const { return m_retries; }
    std::uint64_t bytes() const { return m_bytes; }

private:
    struct Running;
    struct Connections;
    class Run;
    HttpClient(HttpSettings settings, EventLoop& loop);
    void begin(Running& running);
    void finish(Running& running, int curl_code);
    Running* find(const Transfer& transfer);
    void drop(Running& running);

    HttpSettings m_settings;
    EventLoop& m_loop;
    std::unique_ptr<Connections> m_connections;
    std::list<std::unique_ptr<Running>> m_running;
    bool m_answered = false; ///< the server has, at least once
    int m_in_callback = 0;   ///< of libcurl, where handles must not be added or removed
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
    std::uint64_t m_requests = 0, m_retries = 0, m_bytes = 0;
};

} // namespace kdiag::net
