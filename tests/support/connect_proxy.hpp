// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace kdiag::test {

/// A proxy on a free loopback port that connects to ports of this machine when asked to (CONNECT, or SOCKS5), or misbehaves; by Boost.Asio.
class ConnectProxy {
public:
    struct Manners {
        std::string credentials = {}; ///< `user:password` that it wants, in base64
        std::string answer = {};      ///< it gives this answer and hangs up, and connects to nothing
        bool silent = false;          ///< it never answers
        int socks_method = -1;        ///< it speaks SOCKS5, and answers with this method (RFC 1928 3: 0 is none, 1 Kerberos)
    };
    explicit ConnectProxy(Manners manners);
    ~ConnectProxy();
    ConnectProxy(const ConnectProxy&) = delete;
    ConnectProxy& operator=(const ConnectProxy&) = delete;

    /// `http://USERINFO@127.0.0.1:PORT`.
    std::string url(const std::string& userinfo = "") const;
    /// What was asked of it: request lines and headers; of SOCKS5 the methods that it was offered.
    std::vector<std::string> requests() const;
    /// Connections that it made for others.
    std::size_t tunnels() const;

private:
    struct Impl;
    std::unique_ptr<Impl> m_impl;
};

} // namespace kdiag::test
