// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"
#include "util/result.hpp"

#include <atomic>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::net {

/// One request to a server that is being probed: no retries, no redirects, no proxy, no credentials of the cluster.
struct ExchangeRequest {
    std::string url;
    std::string method = "GET";
    std::vector<std::string> headers = {}; ///< `Name: value`; `Name;` sends an empty one, `Name:` leaves out libcurl's own
    std::string body = {};                 ///< of a POST
    std::string target = {};               ///< of the request line, where it is not what the URL says
    std::string address = {};              ///< numeric: connect there, whatever the URL's host resolves to
    std::string passage = {};              ///< the name of a LocalPassage that leads there
    enum class Version { http1, http2_if_offered, http2_plain } version = Version::http1;
    bool verify = false;
    std::string ca_pem = {}; ///< trusted instead of the system's authorities
    bool handshake_only = false; ///< TLS and nothing more; for https URLs
    Duration timeout = Duration::seconds(10);
};

/// One certificate of a server, in words.
struct Certificate {
    std::string subject, issuer;
    std::vector<std::string> names; ///< DNS names and addresses that it is for
    Timestamp not_before, not_after;
};

/// How far an exchange came.
enum class ExchangePart { none, name, connection, tls, answer };

struct Exchange {
    bool connected = false, secured = false;
    int status = 0;                                           ///< 0: no answer
    std::vector<std::pair<std::string, std::string>> headers; ///< with trailers; names in lower case
    std::string body;                                         ///< its first 10 KiB; more is not read
    std::vector<Certificate> chain;                           ///< the server's first
    ExchangePart failed_at = ExchangePart::none;
    std::string problem; ///< `the certificate has expired`; empty: none
    bool timed_out = false;
    std::int64_t connect_microseconds = 0, tls_microseconds = 0, answer_microseconds = 0, total_microseconds = 0;

    std::string_view header(std::string_view name) const;
};

/// Runs it to its end or its limit. An Error: libcurl is missing, or it was interrupted.
Result<Exchange> run_exchange(EventLoop& loop, ExchangeRequest request, const std::atomic<bool>* interrupted = nullptr);

} // namespace kdiag::net
