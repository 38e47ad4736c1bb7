// SPDX-License-Identifier: Apache-2.0
#include "forward_fixture.hpp"

#include <algorithm>
#include <atomic>

using namespace kdiag;
using namespace kdiag::test;

namespace {

constexpr const char* k_tunnel = k_forward_tunnel;
constexpr const char* k_bare_403 = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n";

/// An echo there and back, and an end.
void check_echo(client::ApiClient& api, client::PortForward& forward) {
    Connection connection(forward);
    REQUIRE(turn_until(api, [&] { return connection.open || connection.over; }));
    REQUIRE(connection.open);
    connection.pod->write("hello");
    REQUIRE(turn_until(api, [&] { return connection.got == "hello"; }));
    connection.pod->end_writing();
    REQUIRE(turn_until(api, [&] { return connection.ended_bytes; }));
    REQUIRE(turn_until(api, [&] { return connection.over; }, 5)); // although the server keeps what carried it
    CHECK_FALSE(connection.error);
}

} // namespace

TEST_CASE("bytes through the tunnel, in frames of any size") {
    std::string port;
    HttpServer server([&](const FakeRequest& request) { return tunnel_reply(request, echo, &port); }, server_identity());
    auto config = config_for(server);
    config.token = Secret("abc");
    auto api = client_for(std::move(config));
    client::PortForward forward(*api, "shop", "web");
    check_echo(*api, forward);
    CHECK(port == "80");
    CHECK(forward.way() == "SPDY/3.1 over WebSocket");
    const auto request = server.requests().at(0);
    CHECK(request.target == "/api/v1/namespaces/shop/pods/web/portforward");
    CHECK(request.header("sec-websocket-protocol") == k_tunnel);
    CHECK(request.header("authorization") == "Bearer abc");
}

TEST_CASE("a server before 1.31 gets SPDY, and is not asked for more again") {
    HttpServer server([](const FakeRequest& request) { return request.method == "GET" ? FakeReply{.raw = k_bare_403} : spdy_reply(echo); });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    check_echo(*api, forward);
    const Connection first(forward), second(forward); // at the same time
    REQUIRE(turn_until(*api, [&] { return first.open && second.open; }));
    CHECK(forward.way() == "SPDY/3.1");
    REQUIRE(server.requests().size() == 3);
    CHECK(server.requests()[2].method == "POST");
    CHECK(server.requests()[2].header("x-stream-protocol-version") == "portforward.k8s.io");
}

TEST_CASE("a role with only `create` leads to SPDY; with neither verb both are named") {
    bool create = true;
    HttpServer server([&](const FakeRequest& request) {
        if (request.method == "POST" && create) return spdy_reply(echo);
        return status_reply(403, "Forbidden", request.method == "GET" ? "cannot get resource pods/portforward" : "cannot create resource pods/portforward");
    });
    auto api = client_for(config_for(server));
    {
        client::PortForward forward(*api, "shop", "web");
        check_echo(*api, forward);
    }
    create = false;
    client::PortForward forward(*api, "shop", "web");
    Connection connection(forward);
    REQUIRE(turn_until(*api, [&] { return connection.over; }));
    REQUIRE(connection.error);
    CHECK(connection.error->kind == ErrorKind::forbidden);
    CHECK(words_of(*connection.error).find("neither `get` nor `create` on pods/portforward") != std::string::npos);
}

TEST_CASE("WebSocket v4 is what is left: ports, bytes, refusal, no end of one direction") {
    const auto server_with = [](std::function<void(WebsocketPeer&)> talk) {
        return [talk](const FakeRequest& request) {
            if (request.method == "POST") return FakeReply{.status = 405, .body = "no", .content_type = "text/plain"};
            if (request.header("sec-websocket-protocol") == k_tunnel) return FakeReply{.raw = k_bare_403};
            return FakeReply{.take_over = [request, talk](Wire& wire) {
                WebsocketPeer peer(wire, request, "v4.channel.k8s.io");
                peer.send(std::string("\x00\x50\x00", 3));
                peer.send(std::string("\x01\x50\x00", 3));
                talk(peer);
            }};
        };
    };
    HttpServer good(server_with([](WebsocketPeer& peer) {
        const auto message = peer.receive();
        if (message) peer.send(std::string(1, '\0') + "re:" + message->substr(1), 2);
        peer.close(1000);
    }));
    auto api = client_for(config_for(good));
    client::PortForward forward(*api, "shop", "web");
    Connection connection(forward);
    REQUIRE(turn_until(*api, [&] { return connection.open; }));
    connection.pod->write("hello");
    connection.pod->end_writing(); // must not cut off the answer
    REQUIRE(turn_until(*api, [&] { return connection.over; }));
    CHECK(connection.got == "re:hello");
    CHECK(connection.ended_bytes);
    CHECK(!connection.error);
    CHECK(good.requests().back().target == "/api/v1/namespaces/shop/pods/web/portforward?ports=80");
    CHECK(forward.way() == "WebSocket v4");

    HttpServer refusing(server_with([](WebsocketPeer& peer) {
        peer.send("\x01" "error forwarding port 80 to pod p, uid u: dial tcp 127.0.0.1:80: connect: connection refused");
        peer.close(1000);
    }));
    auto other = client_for(config_for(refusing));
    client::PortForward refused(*other, "shop", "web");
    Connection lost(refused);
    REQUIRE(turn_until(*other, [&] { return lost.over; }));
    REQUIRE(lost.error);
    CHECK(lost.error->message == "nothing listens on port 80 in pod web");
}

TEST_CASE("a pod that ends first leaves the other direction open until that ends too") {
    HttpServer server([](const FakeRequest&) { return spdy_reply([](std::string_view bytes, bool) { return Answer{.bytes = std::string(bytes), .fin = !bytes.empty()}; }); });
    auto config = config_for(server);
    config.streams = config::ClusterConfig::Streams::spdy;
    auto api = client_for(std::move(config));
    client::PortForward forward(*api, "shop", "web");
    Connection connection(forward);
    REQUIRE(turn_until(*api, [&] { return connection.open; }));
    connection.pod->write("bye");
    REQUIRE(turn_until(*api, [&] { return connection.ended_bytes; }));
    CHECK(connection.got == "bye");
    for (int i = 0; i < 5; ++i) api->loop().turn(Duration{20});
    CHECK_FALSE(connection.over);
    connection.pod->end_writing();
    REQUIRE(turn_until(*api, [&] { return connection.over; }, 5));
    CHECK_FALSE(connection.error);
}

TEST_CASE("a connection that has ended in order leaves its way to the next one") {
    const auto reset = [](std::string_view bytes, bool fin) { return Answer{.bytes = std::string(bytes), .reset = fin}; };
    for (const Program& program : {Program(echo), Program(reset)})
        for (const bool tunnel : {true, false}) {
            HttpServer server([&](const FakeRequest& request) { return tunnel ? tunnel_reply(request, program) : spdy_reply(program); });
            auto config = config_for(server);
            if (!tunnel) config.streams = config::ClusterConfig::Streams::spdy;
            auto api = client_for(std::move(config));
            client::PortForward forward(*api, "shop", "web");
            for (int i = 0; i < 5; ++i) check_echo(*api, forward);
            CHECK(server.requests().size() == 1);
        }
}

TEST_CASE("a connection that was left, refused or lost leaves nothing") {
    for (const std::string how : {"left", "refused", "lost"}) {
        CAPTURE(how);
        HttpServer server([&](const FakeRequest& request) {
            return tunnel_reply(request, [&](std::string_view bytes, bool) {
                if (!bytes.empty() && how == "lost") throw std::runtime_error("the kubelet has gone");
                return bytes.empty() || how == "left" ? Answer{} : Answer{.refusal = "broken pipe"};
            });
        });
        auto api = client_for(config_for(server));
        client::PortForward forward(*api, "shop", "web");
        for (std::size_t i = 1; i <= 3; ++i) {
            Connection connection(forward);
            REQUIRE(turn_until(*api, [&] { return connection.open || connection.over; }));
            connection.pod->write("x");
            if (how != "left") REQUIRE(turn_until(*api, [&] { return connection.over; }, 5));
            CHECK(server.requests().size() == i);
        }
    }
}

TEST_CASE("a way that has broken while it was idle is noticed with the next connection, which takes another") {
    std::atomic<int> opened = 0;
    HttpServer server([&](const FakeRequest& request) {
        return tunnel_reply(request, [&](std::string_view bytes, bool fin) {
            if (bytes.empty() && !fin && ++opened == 2) throw std::runtime_error("the kubelet has gone");
            return echo(bytes, fin);
        });
    });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    for (int i = 0; i < 3; ++i) check_echo(*api, forward);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a connection that was paused as it ended does not hold up the next one") {
    HttpServer server([](const FakeRequest& request) { return tunnel_reply(request, echo); });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    Connection connection(forward);
    REQUIRE(turn_until(*api, [&] { return connection.open; }));
    connection.pod->write("hello");
    REQUIRE(turn_until(*api, [&] { return connection.got == "hello"; }));
    connection.pod->end_writing();
    REQUIRE(turn_until(*api, [&] { return connection.ended_bytes; }));
    connection.pod->pause();
    REQUIRE(turn_until(*api, [&] { return connection.over; }, 5));
    check_echo(*api, forward);
    CHECK(server.requests().size() == 1);
}

TEST_CASE("ways that nobody needs any more are given up after some seconds, but those that are kept warm") {
    std::atomic<int> standing = 0;
    HttpServer server([&](const FakeRequest& request) {
        return FakeReply{.take_over = [&, request](Wire& wire) {
            ++standing;
            tunnel_reply(request, echo).take_over(wire);
            --standing;
        }};
    });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    forward.keep_warm(1);
    std::vector<std::unique_ptr<Connection>> connections;
    for (int i = 0; i < 40; ++i) connections.push_back(std::make_unique<Connection>(forward));
    REQUIRE(turn_until(*api, [&] { return std::ranges::all_of(connections, [](const auto& one) { return one->open; }); }));
    for (const auto& one : connections) one->pod->end_writing();
    REQUIRE(turn_until(*api, [&] { return std::ranges::all_of(connections, [](const auto& one) { return one->over; }); }));
    connections.clear();
    REQUIRE(turn_until(*api, [&] { return standing <= 32; }));
    CHECK(standing > 1);
    REQUIRE(turn_until(*api, [&] { return standing == 1; }));
    for (int turn = 0; turn < 5; ++turn) api->loop().turn(Duration{20});
    CHECK(standing == 1);
}

TEST_CASE("a connection that is refused in the pod") {
    for (const bool tunnel : {true, false}) {
        HttpServer server([&](const FakeRequest& request) {
            const auto program = [](std::string_view, bool) { return Answer{.refusal = "error forwarding port 80 to pod p, uid u: dial tcp4 127.0.0.1:80: connect: connection refused"}; };
            return tunnel ? tunnel_reply(request, program) : spdy_reply(program);
        });
        auto config = config_for(server);
        if (!tunnel) config.streams = config::ClusterConfig::Streams::spdy;
        auto api = client_for(std::move(config));
        client::PortForward forward(*api, "shop", "web");
        Connection connection(forward);
        REQUIRE(turn_until(*api, [&] { return connection.open || connection.over; }));
        connection.pod->end_writing(); // both directions have ended before the kubelet says why
        REQUIRE(turn_until(*api, [&] { return connection.over; }));
        REQUIRE(connection.error);
        CHECK(connection.error->kind == ErrorKind::network);
        CHECK(connection.error->message == "nothing listens on port 80 in pod web");
        CHECK(connection.pod->was_refused());
        CHECK_FALSE(connection.ended_bytes);
    }
}

TEST_CASE("a kubelet that never says that nothing was wrong holds up the end for a moment only") {
    HttpServer server([](const FakeRequest& request) {
        return tunnel_reply(request, [](std::string_view bytes, bool) { return Answer{.bytes = std::string(bytes), .fin = !bytes.empty(), .mute = true}; });
    });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    Connection connection(forward);
    REQUIRE(turn_until(*api, [&] { return connection.open; }));
    connection.pod->write("bye");
    REQUIRE(turn_until(*api, [&] { return connection.ended_bytes; }, 5));
    CHECK(connection.got == "bye");
    connection.pod->end_writing();
    REQUIRE(turn_until(*api, [&] { return connection.over; }, 5));
    CHECK_FALSE(connection.error);
}

TEST_CASE("a pod that is gone says so") {
    HttpServer server([](const FakeRequest& request) {
        return tunnel_reply(request, [](std::string_view, bool) { return Answer{.refusal = "failed to find sandbox \"abc\" in store: not found"}; });
    });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    Connection connection(forward);
    REQUIRE(turn_until(*api, [&] { return connection.over; }));
    REQUIRE(connection.error);
    CHECK(connection.error->kind == ErrorKind::gone);

    HttpServer absent([](const FakeRequest&) { return status_reply(404, "NotFound", "pods \\\"web\\\" not found"); });
    auto other = client_for(config_for(absent));
    client::PortForward nothing(*other, "shop", "web");
    Connection missing(nothing);
    REQUIRE(turn_until(*other, [&] { return missing.over; }));
    CHECK(missing.error->kind == ErrorKind::not_found);
    CHECK(absent.requests().size() == 1);
}

TEST_CASE("warm connections are upgraded ahead, used, and made again") {
    HttpServer server([](const FakeRequest& request) { return tunnel_reply(request, echo); });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    std::optional<bool> stands;
    forward.keep_warm(2, [&](Status status) { stands = status.has_value(); });
    REQUIRE(turn_until(*api, [&] { return server.requests().size() == 2; }));
    CHECK(stands == true);
    for (int turn = 0; turn < 5; ++turn) api->loop().turn(Duration{20});
    check_echo(*api, forward);
    REQUIRE(turn_until(*api, [&] { return server.requests().size() == 3; }));
    for (int turn = 0; turn < 5; ++turn) api->loop().turn(Duration{20});
    CHECK(server.requests().size() == 3);
}

TEST_CASE("the first warm connection tells whether forwarding is possible at all") {
    HttpServer server([](const FakeRequest&) { return status_reply(500, "InternalError", "error dialing backend"); });
    auto api = client_for(config_for(server));
    client::PortForward forward(*api, "shop", "web");
    std::optional<Error> error;
    forward.keep_warm(1, [&](Status status) { error = status.error(); });
    REQUIRE(turn_until(*api, [&] { return error.has_value(); }));
    CHECK(words_of(*error).find("error dialing backend") != std::string::npos);
}

TEST_CASE("megabytes there and back, both ends slow at times, byte for byte") {
    constexpr std::size_t k_total = 16u << 20;
    for (const bool tunnel : {true, false}) {
        HttpServer server([&](const FakeRequest& request) { return tunnel ? tunnel_reply(request, echo) : spdy_reply(echo); }, server_identity());
        auto config = config_for(server);
        if (!tunnel) config.streams = config::ClusterConfig::Streams::spdy;
        auto api = client_for(std::move(config));
        client::PortForward forward(*api, "shop", "web");
        Connection connection(forward);
        connection.keep = true;
        REQUIRE(turn_until(*api, [&] { return connection.open; }));
        std::size_t written = 0, checked = 0;
        bool right = true, paused = false;
        while (checked < k_total && !connection.over) {
            while (!connection.pod->full() && written < k_total) {
                std::string piece(64 * 1024, '\0');
                for (auto& byte : piece) byte = static_cast<char>(written++ % 251);
                connection.pod->write(piece);
            }
            api->loop().turn(Duration{20});
            for (const char byte : connection.got) right = right && byte == static_cast<char>(checked++ % 251);
            connection.got.clear();
            if (!paused && checked > k_total / 2) {
                paused = true;
                connection.pod->pause();
                for (int turn = 0; turn < 20; ++turn) api->loop().turn(Duration{10});
                CHECK(connection.got.size() <= 128 * 1024);
                connection.pod->resume();
            }
        }
        CHECK(checked == k_total);
        CHECK(right);
        CHECK(connection.drained);
    }
}
