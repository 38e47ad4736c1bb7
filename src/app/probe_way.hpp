// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/exchange.hpp"
#include "probe/plan.hpp"
#include "probe/verdict.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

namespace kdiag::app {

/// What became of resolving a name.
struct Names {
    std::vector<std::string> addresses;
    std::string problem; ///< empty when there are addresses
    std::string server;  ///< the name server that answered, where it is known
    probe::Microseconds took;
    bool tried = true;   ///< false: this way has no means to, and `problem` says so
};

/// What became of opening a connection.
struct Opened {
    std::string address, problem;
    bool timed_out = false;
    probe::Microseconds took;
    std::vector<std::string> notes;
    bool tried = true; ///< false: this way cannot merely connect, and `problem` says so
};

/// One request, whichever way it goes.
struct Question {
    probe::HttpCheck http;           ///< URL, headers, HTTP/2 without TLS
    std::string address;             ///< where to connect, numeric; empty: resolve the URL's host
    int port = 0;                    ///< of the URL
    std::string body = {};           ///< not empty: POST
    bool handshake_only = false, verify = false;
    std::string ca_pem = {};
    Duration timeout = Duration::seconds(10);
};

/// From where and by what means a target is asked.
class Way {
public:
    virtual ~Way() = default;
    /// `nc in container `api``; empty: from here, without help.
    virtual std::string text() const = 0;
    /// What this way cannot see; empty: it sees what any client sees.
    virtual std::string caveat() const { return {}; }
    /// Whether HTTP/2, TLS alone and bodies can be sent; else plain GETs only.
    virtual bool is_transparent() const { return true; }
    /// Whether certificates can be verified, against `ca_pem` if there is one.
    virtual bool can_verify(const std::string& ca_pem) const {
        (void)ca_pem;
        return true;
    }
    virtual Result<Names> look_up(const std::string& name, Duration limit) = 0;
    virtual Result<Opened> open(const std::vector<std::string>& addresses, int port, Duration limit) = 0;
    virtual Result<net::Exchange> ask(const Question& question) = 0;
};

/// From this machine.
std::unique_ptr<Way> way_from_here(net::EventLoop& loop, const std::atomic<bool>* interrupted);

/// A question as libcurl is asked it.
net::ExchangeRequest exchange_request(const Question& question);

} // namespace kdiag::app
