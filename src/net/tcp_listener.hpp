// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"
#include "util/result.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace kdiag::net {

/// Waits for TCP connections on one local address.
class TcpListener {
public:
    /// A connected, non-blocking socket, which is its own from then on, and who connected (`127.0.0.1:51234`).
    using OnConnection = std::function<void(int descriptor, const std::string& peer)>;
    /// `address` is an IPv4 or IPv6 address; port 0: a free one. An Error of kind not_found: this machine has no such
    /// address.
    static Result<std::unique_ptr<TcpListener>> listen(EventLoop& loop, const std::string& address, std::uint16_t port, OnConnection on_connection);
    ~TcpListener();
    TcpListener(const TcpListener&) = delete;
    TcpListener& operator=(const TcpListener&) = delete;

    const std::string& address() const { return m_address; }
    std::uint16_t port() const { return m_port; }
    /// `127.0.0.1:8080`, `[::1]:8080`.
    std::string display() const;

private:
    TcpListener(EventLoop& loop, std::string address, OnConnection on_connection) : m_loop(loop), m_address(std::move(address)), m_on_connection(std::move(on_connection)) {}
    Status open(std::uint16_t port);
    void accept_some();

    EventLoop& m_loop;
    std::string m_address;
    OnConnection m_on_connection;
    std::uint16_t m_port = 0;
    int m_descriptor = -1;
    EventLoop::TimerId m_rest = 0;
};

/// Whether connections from other machines can reach an address.
bool is_loopback(const std::string& address);

} // namespace kdiag::net
