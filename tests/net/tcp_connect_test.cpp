// SPDX-License-Identifier: Apache-2.0
#include "net/tcp_connect.hpp"
#include "support/http_server.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <vector>

using namespace kdiag;
using namespace kdiag::net;

namespace {

/// A listener whose queue of connections is full: further attempts get no answer, as behind a firewall that drops them.
class FullListener {
public:
    FullListener() : m_listener(::socket(AF_INET, SOCK_STREAM, 0)) {
        m_address.sin_family = AF_INET;
        m_address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof m_address;
        ::bind(m_listener, reinterpret_cast<sockaddr*>(&m_address), size);
        ::listen(m_listener, 0);
        ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&m_address), &size);
        for (int i = 0; i < 8; ++i) {
            m_waiting.push_back(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
            ::connect(m_waiting.back(), reinterpret_cast<sockaddr*>(&m_address), size);
        }
    }
    ~FullListener() {
        for (const int descriptor : m_waiting) ::close(descriptor);
        ::close(m_listener);
    }
    FullListener(const FullListener&) = delete;
    FullListener& operator=(const FullListener&) = delete;
    int port() const { return ntohs(m_address.sin_port); }

private:
    int m_listener;
    sockaddr_in m_address = {};
    std::vector<int> m_waiting;
};

} // namespace

TEST_CASE("a port that listens opens, one that does not refuses") {
    EventLoop loop;
    const test::HttpServer server([](const auto&) { return test::FakeReply{}; });
    const auto open = try_connect(loop, {"127.0.0.1"}, server.port(), Duration::seconds(5));
    CHECK(open.problem.empty());
    CHECK(open.address == "127.0.0.1");
    const auto refused = try_connect(loop, {"127.0.0.1"}, test::closed_port(), Duration::seconds(5));
    CHECK(refused.problem == "connection refused");
    CHECK(!refused.timed_out);
}

TEST_CASE("addresses are tried one after the other") {
    EventLoop loop;
    const test::HttpServer server([](const auto&) { return test::FakeReply{}; });
    const auto second = try_connect(loop, {"127.0.0.9", "nonsense", "127.0.0.1"}, server.port(), Duration::seconds(5));
    CHECK(second.problem.empty());
    CHECK(second.address == "127.0.0.1");
    CHECK(second.failed.size() == 2);
    CHECK(try_connect(loop, {}, 80, Duration::seconds(1)).problem == "there is no address to connect to");
}

TEST_CASE("what answers nothing ends at the limit") {
    EventLoop loop;
    const FullListener listener;
    const auto started = std::chrono::steady_clock::now();
    const auto late = try_connect(loop, {"127.0.0.1"}, listener.port(), Duration{300});
    CHECK(late.timed_out);
    CHECK(late.problem == "no answer within 0s");
    CHECK(std::chrono::steady_clock::now() - started < std::chrono::seconds(3));
}
