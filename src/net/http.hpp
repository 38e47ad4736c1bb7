// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"
#include "util/secret.hpp"
#include "util/timestamp.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
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
};

/// One request and what became of it.
struct Transfer {
    HttpRequest request;
    /// Takes the body of a successful answer as it arrives; an error ends the transfer. Without it the body is kept.
    std::function<Status(std::string_view)> on_data = {};

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

/// Requests over libcurl: one event loop, HTTP/2 where the server has it, several requests in flight. Bodies are handed on as they
/// arrive and never collected, so the slower of server and consumer sets the pace and memory stays flat.
class HttpClient {
public:
    static Result<std::unique_ptr<HttpClient>> make(HttpSettings settings);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    /// Runs all transfers to their end; each says for itself what became of it. Retries what may be retried (see retry.hpp). While the
    /// server has never answered, the first failure to reach it ends them all: the others would only wait as long for the same.
    void run(const std::vector<Transfer*>& transfers, const RunLimits& limits);
    /// Closes connections and uses another identity from now on.
    void set_identity(std::string certificate_pem, Secret key_pem);
    std::uint64_t requests() const { return m_requests; }
    std::uint64_t retries() const { return m_retries; }
    std::uint64_t bytes() const { return m_bytes; }

private:
    struct Loop;
    explicit HttpClient(HttpSettings settings);
    HttpSettings m_settings;
    std::unique_ptr<Loop> m_loop;
    std::uint64_t m_requests = 0, m_retries = 0, m_bytes = 0;
};

} // namespace kdiag::net
