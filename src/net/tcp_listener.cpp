// SPDX-License-Identifier: Apache-2.0
#include "net/tcp_listener.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <system_error>

namespace kdiag::net {

namespace {

constexpr int k_most_at_once = 64;
constexpr char k_unpaced[] = "reno"; // always there; the system's own may be BBR, whose timed sending is for networks
constexpr Duration k_rest = Duration{500}; // when there are no descriptors left

struct Address {
    sockaddr_storage storage{};
    socklen_t size = 0;
    sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

std::optional<Address> address_of(const std::string& text, std::uint16_t port) {
    Address address;
    auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
    if (inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons(port);
        address.size = sizeof *v4;
        return address;
    }
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons(port);
        address.size = sizeof *v6;
        return address;
    }
    return std::nullopt;
}

std::uint16_t port_of(const Address& address) {
    return ntohs(address.storage.ss_family == AF_INET ? reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port
                                                      : reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_port);
}

std::string text_of(const Address& address) {
    char text[INET6_ADDRSTRLEN] = {};
    if (address.storage.ss_family == AF_INET) {
        inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_addr, text, sizeof text);
        return format("{}:{}", text, port_of(address));
    }
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr, text, sizeof text);
    return format("[{}]:{}", text, port_of(address));
}

Error not_bound(const std::string& shown, int error) {
    Error problem{.kind = ErrorKind::config, .message = format("cannot listen on {}: {}", shown, std::generic_category().message(error))};
    if (error == EADDRINUSE) {
        problem.message = format("cannot listen on {}: another program has this port", shown);
        problem.help = {"choose another local port, or :REMOTE for any free one", format("who has it: ss -ltnp 'sport = :{}'", split(shown, ':').back())};
    } else if (error == EACCES) {
        problem.help = {"ports below 1024 are for root: choose a higher local port"};
    } else if (error == EADDRNOTAVAIL || error == EAFNOSUPPORT) {
        problem.kind = ErrorKind::not_found;
        problem.help = {"it is no address of this machine"};
    }
    return problem;
}

} // namespace

bool is_loopback(const std::string& address) {
    return address.starts_with("127.") || address == "::1";
}

Result<std::unique_ptr<TcpListener>> TcpListener::listen(EventLoop& loop, const std::string& address, std::uint16_t port, OnConnection on_connection) {
    std::unique_ptr<TcpListener> listener(new TcpListener(loop, address, std::move(on_connection)));
    KD_TRY(listener->open(port));
    return listener;
}

Status TcpListener::open(std::uint16_t port) {
    auto address = address_of(m_address, port);
    if (!address) return Error{.kind = ErrorKind::usage, .message = format("`{}` is no IP address to listen on", m_address), .help = {"as in --address 127.0.0.1,10.0.0.5, or localhost"}};
    m_descriptor = socket(address->storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (m_descriptor < 0) return not_bound(text_of(*address), errno);
    const int yes = 1;
    setsockopt(m_descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (address->storage.ss_family == AF_INET6) setsockopt(m_descriptor, IPPROTO_IPV6, IPV6_V6ONLY, &yes, sizeof yes);
    if (is_loopback(m_address)) setsockopt(m_descriptor, IPPROTO_TCP, TCP_CONGESTION, k_unpaced, sizeof k_unpaced - 1); // inherited by what it accepts
    if (bind(m_descriptor, address->get(), address->size) != 0 || ::listen(m_descriptor, 512) != 0) return not_bound(text_of(*address), errno);
    getsockname(m_descriptor, address->get(), &address->size);
    m_port = port_of(*address);
    m_loop.watch(m_descriptor, true, false, [this](Readiness) { accept_some(); });
    return {};
}

TcpListener::~TcpListener() {
    m_loop.cancel(m_rest);
    if (m_descriptor < 0) return;
    m_loop.unwatch(m_descriptor);
    close(m_descriptor);
}

std::string TcpListener::display() const {
    return contains(m_address, ":") ? format("[{}]:{}", m_address, m_port) : format("{}:{}", m_address, m_port);
}

void TcpListener::accept_some() {
    for (int i = 0; i < k_most_at_once; ++i) {
        Address peer;
        peer.size = sizeof peer.storage;
        const int descriptor = accept4(m_descriptor, peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor >= 0) {
            const int yes = 1;
            setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &yes, sizeof yes);
            m_on_connection(descriptor, text_of(peer));
            continue;
        }
        if (errno == EINTR || errno == ECONNABORTED) continue;
        if (errno == EAGAIN || errno == EWOULDBLOCK) return;
        // No descriptors or no memory: the connection waits, and so does this, or it would be asked again at once.
        m_loop.want(m_descriptor, false, false);
        m_rest = m_loop.after(k_rest, [this] {
            m_rest = 0;
            m_loop.want(m_descriptor, true, false);
        });
        return;
    }
}

} // namespace kdiag::net
