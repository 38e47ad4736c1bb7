// SPDX-License-Identifier: Apache-2.0
#include "net/tcp_connect.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cerrno>
#include <chrono>
#include <netinet/in.h>
#include <optional>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace kdiag::net {

namespace {

using Clock = std::chrono::steady_clock;

class Socket {
public:
    explicit Socket(int family) : m_descriptor(::socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {}
    ~Socket() {
        if (m_descriptor >= 0) ::close(m_descriptor);
    }
    Socket(const Socket&) = delete;
    Socket& operator=(const Socket&) = delete;
    int get() const { return m_descriptor; }

private:
    int m_descriptor;
};

struct Address {
    sockaddr_storage storage = {};
    socklen_t size = 0;
};

std::optional<Address> address_of(const std::string& text, int port) {
    Address address;
    auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (inet_pton(AF_INET, text.c_str(), &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(static_cast<std::uint16_t>(port));
        address.size = sizeof *four;
    } else if (inet_pton(AF_INET6, text.c_str(), &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(static_cast<std::uint16_t>(port));
        address.size = sizeof *six;
    } else {
        return std::nullopt;
    }
    return address;
}

std::string words_of(int number) {
    switch (number) {
    case ECONNREFUSED: return "connection refused";
    case EHOSTUNREACH: return "no route to the host";
    case ENETUNREACH: return "the network is unreachable";
    case ETIMEDOUT: return "no answer to the connection attempt";
    default: return to_lower(std::generic_category().message(number));
    }
}

int pending_error(int descriptor) {
    int number = 0;
    socklen_t size = sizeof number;
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &number, &size);
    return number;
}

/// The errno of the attempt, 0 when it opened; nothing when time ran out.
std::optional<int> attempt(EventLoop& loop, const Address& address, Duration limit, const std::atomic<bool>* interrupted) {
    const Socket socket(address.storage.ss_family);
    if (socket.get() < 0) return errno;
    if (::connect(socket.get(), reinterpret_cast<const sockaddr*>(&address.storage), address.size) == 0) return 0;
    if (errno != EINPROGRESS) return errno;
    bool over = false, late = false;
    loop.watch(socket.get(), false, true, [&](Readiness) { over = true; });
    const auto timer = loop.after(limit, [&] { late = true; });
    while (!over && !late && (interrupted == nullptr || !interrupted->load())) loop.turn(limit);
    loop.cancel(timer);
    loop.unwatch(socket.get());
    return over ? std::optional(pending_error(socket.get())) : std::nullopt;
}

} // namespace

TcpAttempt try_connect(EventLoop& loop, const std::vector<std::string>& addresses, int port, Duration limit, const std::atomic<bool>* interrupted) {
    TcpAttempt result;
    const auto deadline = Clock::now() + std::chrono::milliseconds(limit.milliseconds);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        if (!result.problem.empty()) result.failed.push_back(format("{}  {}", result.address, result.problem));
        result.address = addresses[i];
        const auto started = Clock::now();
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - started).count();
        const Duration part{std::max<std::int64_t>(1, left / static_cast<std::int64_t>(addresses.size() - i))};
        const auto address = address_of(addresses[i], port);
        const auto number = address ? attempt(loop, *address, part, interrupted) : std::optional(EINVAL);
        result.microseconds = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - started).count();
        result.timed_out = !number;
        result.problem = !number ? format("no answer within {}", to_age(part)) : *number == 0 ? std::string() : words_of(*number);
        if (result.problem.empty() || (interrupted != nullptr && interrupted->load())) break;
    }
    if (addresses.empty()) result.problem = "there is no address to connect to";
    return result;
}

} // namespace kdiag::net
