// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::test {

/// One request as it came in.
struct FakeRequest {
    std::string method, target;
    std::string path;                         ///< the target without its query
    std::map<std::string, std::string> query; ///< percent-decoded
    std::vector<std::pair<std::string, std::string>> headers; ///< names in lower case
    std::string body = {};
    std::string client = {}; ///< the common name of the client certificate

    std::string header(std::string_view name) const;
    /// All values of a header that may come several times.
    std::vector<std::string> all(std::string_view name) const;
};

/// A connection that speaks no HTTP any more; blocking. Who writes to a client that has gone gets an exception.
struct Wire {
    std::function<std::string(std::size_t most)> read; ///< at least a byte; empty: the client closed it
    std::function<void(std::string_view)> write;
    std::function<void()> reset;                ///< ends the connection as a crash does
    std::function<bool(Duration)> rest;         ///< waits; true when the server is to stop
};

/// How an answer leaves the server, true or not.
struct FakeReply {
    int status = 200;
    std::string body = {};
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers = {};
    bool chunked = false;
    bool gzip = false;
    /// Bytes for each write; 0: all at once.
    std::size_t piece = 0;
    /// Content-Length says this instead.
    std::optional<std::size_t> claimed_length = {};
    /// Only this much of the (compressed) body is sent; then the connection ends as `end` says.
    std::optional<std::size_t> cut_after = {};
    enum class End { close, reset, stall } end = End::close;
    /// Waits before the first byte.
    Duration delay = {};
    /// Sent as it is, in place of everything above.
    std::string raw = {};
    /// The body again and again, this often, as a chunked answer: a large one without memory for it.
    std::size_t repeat = 1;
    /// After the repeated body.
    std::string tail = {};
    /// After `raw`, or in place of everything: the connection is his.
    std::function<void(Wire&)> take_over = {};
    /// Told how many bytes of a repeated body went out so far.
    std::function<void(std::size_t)> on_sent = {};
};

/// Certificates of a server: texts in PEM.
struct ServerIdentity {
    std::string certificate, key;
    std::string client_ca = {}; ///< set: a client certificate of this authority is demanded
};

/// An HTTP/1.1 server on a free loopback port that answers as a function says, and breaks off where it is told to. Connections are
/// served in threads of their own; the destructor ends them, also those that stall.
class HttpServer {
public:
    using Handler = std::function<FakeReply(const FakeRequest&)>;
    explicit HttpServer(Handler handler, std::optional<ServerIdentity> tls = std::nullopt);
    ~HttpServer();
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    int port() const;
    /// `http://127.0.0.1:PORT` or `https://...`.
    std::string url() const;
    std::vector<FakeRequest> requests() const;
    std::size_t connections() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

/// A port of this machine that nobody listens on.
int closed_port();

} // namespace kdiag::test
