// SPDX-License-Identifier: Apache-2.0
#include "net/exchange.hpp"
#include "net/local_passage.hpp"
#include "support/certificates.hpp"
#include "support/health_server.hpp"
#include "support/http_server.hpp"

#include <doctest/doctest.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

using namespace kdiag;
using namespace kdiag::net;
using test::FakeReply;
using test::HttpServer;

namespace {

Exchange run(ExchangeRequest request) {
    EventLoop loop;
    auto exchange = run_exchange(loop, std::move(request));
    REQUIRE(exchange);
    return *std::move(exchange);
}

HttpServer tls_server(const test::KeyPair& pair) {
    return HttpServer([](const auto&) { return FakeReply{.body = "hello"}; }, test::ServerIdentity{.certificate = pair.certificate, .key = pair.key});
}

/// Takes connections, says something and nothing more.
class Talker {
public:
    explicit Talker(std::string words) : m_words(std::move(words)), m_listener(::socket(AF_INET, SOCK_STREAM, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        ::bind(m_listener, reinterpret_cast<sockaddr*>(&address), size);
        ::listen(m_listener, 8);
        ::getsockname(m_listener, reinterpret_cast<sockaddr*>(&address), &size);
        m_port = ntohs(address.sin_port);
        m_thread = std::thread([this] {
            while ((m_connection = ::accept(m_listener, nullptr, nullptr)) >= 0) ::send(m_connection, m_words.data(), m_words.size(), MSG_NOSIGNAL);
        });
    }
    ~Talker() {
        ::shutdown(m_listener, SHUT_RDWR);
        m_thread.join();
        ::close(m_listener);
    }
    Talker(const Talker&) = delete;
    Talker& operator=(const Talker&) = delete;
    int port() const { return m_port; }

private:
    std::string m_words;
    int m_listener, m_port = 0, m_connection = -1;
    std::thread m_thread;
};

/// Passes the bytes of a passage to a port of this machine, as a way into a pod does.
class Tunnel {
public:
    Tunnel(EventLoop& loop, int port) {
        auto passage = LocalPassage::open(loop, [this, port](int descriptor) { pass(descriptor, port); });
        REQUIRE(passage);
        m_passage = *std::move(passage);
    }
    ~Tunnel() {
        if (m_thread.joinable()) m_thread.join();
    }
    Tunnel(const Tunnel&) = delete;
    Tunnel& operator=(const Tunnel&) = delete;
    const std::string& name() const { return m_passage->name(); }

private:
    void pass(int far, int port) {
        ::fcntl(far, F_SETFL, 0);
        m_thread = std::thread([far, port] {
            const int server = ::socket(AF_INET, SOCK_STREAM, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(static_cast<std::uint16_t>(port));
            address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
            ::connect(server, reinterpret_cast<sockaddr*>(&address), sizeof address);
            std::thread back([&] { copy(server, far); });
            copy(far, server);
            back.join();
            ::close(server);
            ::close(far);
        });
    }
    static void copy(int from, int to) {
        char buffer[4096];
        while (true) {
            const auto got = ::recv(from, buffer, sizeof buffer, 0);
            if (got <= 0 || ::send(to, buffer, static_cast<std::size_t>(got), MSG_NOSIGNAL) != got) break;
        }
        ::shutdown(to, SHUT_WR);
    }
    std::unique_ptr<LocalPassage> m_passage;
    std::thread m_thread;
};

} // namespace

TEST_CASE("an answer comes with status, headers, the beginning of its body, and times") {
    const HttpServer server([](const auto& request) {
        return FakeReply{.status = 404, .body = std::string(100'000, 'x') + request.header("x-mine"), .headers = {{"X-Theirs", "2"}}};
    });
    const auto exchange = run({.url = server.url() + "/ready", .headers = {"X-Mine: 1", "Accept:"}});
    CHECK(exchange.status == 404);
    CHECK(exchange.problem.empty());
    CHECK(exchange.header("x-theirs") == "2");
    CHECK(exchange.body.size() == 10 * 1024);
    CHECK(exchange.connected);
    CHECK(exchange.total_microseconds > 0);
    CHECK(server.requests().at(0).header("x-mine") == "1");
    CHECK(server.requests().at(0).header("accept").empty());
}

TEST_CASE("redirects are not followed") {
    const HttpServer server([](const auto&) { return FakeReply{.status = 302, .headers = {{"Location", "/next"}}}; });
    const auto exchange = run({.url = server.url()});
    CHECK(exchange.status == 302);
    CHECK(exchange.header("location") == "/next");
    CHECK(server.requests().size() == 1);
}

TEST_CASE("servers that misbehave: each ends in words, and in time") {
    const auto answered = [](FakeReply reply, Duration limit = Duration::seconds(5)) {
        const HttpServer server([reply](const auto&) { return reply; });
        return run({.url = server.url(), .timeout = limit});
    };
    const auto stalled = answered({.delay = Duration::seconds(20)}, Duration{300});
    CHECK(stalled.timed_out);
    CHECK(stalled.failed_at == ExchangePart::answer);
    CHECK(stalled.total_microseconds < 3'000'000);
    const auto in_body = answered({.body = "0123456789", .cut_after = 3, .end = FakeReply::End::stall}, Duration{300});
    CHECK(in_body.timed_out);
    CHECK(in_body.status == 200);
    CHECK(answered({.raw = "SSH-2.0-OpenSSH_9.2\r\n"}).problem == "the answer is no HTTP");
    CHECK(answered({.body = "0123456789", .cut_after = 0, .end = FakeReply::End::reset}).failed_at == ExchangePart::answer);
    CHECK(answered({.body = "x", .claimed_length = 50}).problem == "the answer was cut short");
    const auto refused = run({.url = "http://127.0.0.1:" + std::to_string(test::closed_port())});
    CHECK(refused.failed_at == ExchangePart::connection);
    CHECK(refused.problem == "connection refused");
    CHECK(!refused.connected);
}

TEST_CASE("TLS: the chain is shown, and what is wrong with it is named") {
    const auto& certificates = test::certificates();
    const auto server = tls_server(certificates.server);
    const auto good = run({.url = server.url(), .verify = true, .ca_pem = certificates.ca});
    CHECK(good.status == 200);
    CHECK(good.secured);
    REQUIRE(!good.chain.empty());
    CHECK(std::find(good.chain[0].names.begin(), good.chain[0].names.end(), "127.0.0.1") != good.chain[0].names.end());
    CHECK(good.chain[0].not_after > now_utc());
    CHECK(good.tls_microseconds > 0);

    const auto stranger = run({.url = server.url(), .verify = true, .ca_pem = certificates.other_ca});
    CHECK(stranger.failed_at == ExchangePart::tls);
    CHECK(stranger.problem == "its certificate is signed by an authority that is not trusted");
    const auto unverified = run({.url = server.url()});
    CHECK(unverified.status == 200);
    const auto handshake = run({.url = server.url(), .handshake_only = true});
    CHECK(handshake.secured);
    CHECK(handshake.status == 0);
    CHECK(!handshake.chain.empty());

    const auto expired = tls_server(certificates.expired);
    CHECK(run({.url = expired.url(), .verify = true, .ca_pem = certificates.ca}).problem == "its certificate has expired");
    const auto other_name = tls_server(certificates.other_name);
    CHECK(run({.url = other_name.url(), .verify = true, .ca_pem = certificates.ca}).problem == "its certificate is for another name");
    const Talker plain("220 mail.example ESMTP\r\n");
    const auto no_tls = run({.url = "https://127.0.0.1:" + std::to_string(plain.port()), .timeout = Duration::seconds(5)});
    CHECK(no_tls.failed_at == ExchangePart::tls);
    CHECK(no_tls.connected);
    CHECK(no_tls.problem == "the port does not speak TLS");
    const Talker silent("");
    const auto no_handshake = run({.url = "https://127.0.0.1:" + std::to_string(silent.port()), .timeout = Duration{300}});
    CHECK(no_handshake.timed_out);
    CHECK(no_handshake.failed_at == ExchangePart::tls);
}

TEST_CASE("an address stands for the URL's name, and a passage for both") {
    const auto& certificates = test::certificates();
    const auto server = tls_server(certificates.server);
    const std::string named = "https://localhost:" + std::to_string(server.port()) + "/";
    CHECK(run({.url = named, .address = "127.0.0.1", .verify = true, .ca_pem = certificates.ca}).status == 200);
    EventLoop loop;
    const Tunnel tunnel(loop, server.port());
    const auto through = run_exchange(loop, {.url = "https://localhost:1/x", .passage = tunnel.name(), .verify = true, .ca_pem = certificates.ca});
    REQUIRE(through);
    CHECK(through->problem == "");
    CHECK(through->status == 200);
    CHECK(server.requests().back().path == "/x");
    CHECK(server.requests().back().header("host") == "localhost:1");
}

TEST_CASE("a passage that is closed at once is a lost connection, not a hang") {
    EventLoop loop;
    const auto passage = LocalPassage::open(loop, [](int descriptor) { ::close(descriptor); });
    REQUIRE(passage);
    const auto exchange = run_exchange(loop, {.url = "http://127.0.0.1:1/", .passage = (*passage)->name(), .timeout = Duration::seconds(5)});
    REQUIRE(exchange);
    CHECK(exchange->status == 0);
    CHECK(exchange->failed_at == ExchangePart::answer);
}

TEST_CASE("a gRPC call over HTTP/2 without TLS: body and trailers") {
    const std::string message("\0\0\0\0\2\x08\1", 7);
    test::HealthServer server([&] { return test::HealthReply{.body = message}; });
    const auto exchange = run({.url = "http://127.0.0.1:" + std::to_string(server.port()) + "/grpc.health.v1.Health/Check", .method = "POST",
                               .headers = {"content-type: application/grpc", "te: trailers"}, .body = std::string(5, '\0'), .version = ExchangeRequest::Version::http2_plain});
    CHECK(exchange.status == 200);
    CHECK(exchange.body == message);
    CHECK(exchange.header("grpc-status") == "0");
    CHECK(server.last_body() == std::string(5, '\0'));
    const HttpServer one([](const auto&) { return FakeReply{}; });
    const auto refused = run({.url = one.url(), .method = "POST", .version = ExchangeRequest::Version::http2_plain, .timeout = Duration::seconds(3)});
    CHECK(!refused.problem.empty());
}

TEST_CASE("an interruption ends an exchange") {
    const HttpServer server([](const auto&) { return FakeReply{.delay = Duration::seconds(20)}; });
    EventLoop loop;
    std::atomic<bool> interrupted = false;
    loop.after(Duration{50}, [&] { interrupted = true; });
    const auto exchange = run_exchange(loop, {.url = server.url()}, &interrupted);
    REQUIRE(!exchange);
    CHECK(exchange.error().kind == ErrorKind::interrupted);
}
