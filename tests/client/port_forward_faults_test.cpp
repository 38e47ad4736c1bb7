// SPDX-License-Identifier: Apache-2.0
// Servers and nodes that misbehave while ports are forwarded.
#include "forward_fixture.hpp"

#include <algorithm>
#include <atomic>
#include <deque>

using namespace kdiag;
using namespace kdiag::test;

namespace {

using Streams = config::ClusterConfig::Streams;

std::unique_ptr<client::ApiClient> client_of(const HttpServer& server, Streams streams = Streams::automatic) {
    auto config = config_for(server);
    config.streams = streams;
    return client_for(std::move(config));
}

/// A server that agrees, and sends these bytes.
FakeReply agreed(const FakeRequest& request, const std::string& bytes, Duration stays = Duration{0}) {
    const auto head = request.method == "POST" ? std::string(k_forward_spdy_head) : websocket_head(request, k_forward_tunnel);
    return {.take_over = [all = head + bytes, stays](Wire& wire) {
        wire.write(all);
        if (stays.milliseconds > 0) wire.rest(stays);
    }};
}

/// What the kubelet says about one connection, as one text.
std::string both_agreed() {
    return spdy_control(2, 0, SpdyPeer::id(1) + spdy_empty_headers(true)) + spdy_control(2, 0, SpdyPeer::id(3) + spdy_empty_headers(false));
}

/// What became of a connection to a server that answers so.
struct Outcome {
    bool over = false;
    std::string got;
    std::optional<Error> error;
};
Outcome outcome_of(HttpServer::Handler handler, Streams streams = Streams::automatic) {
    HttpServer server(std::move(handler));
    const auto api = client_of(server, streams);
    client::PortForward forward(*api, "shop", "web");
    Connection connection(forward);
    turn_until(*api, [&] { return connection.over; });
    return {.over = connection.over, .got = connection.got, .error = connection.error};
}

} // namespace

TEST_CASE("a connection that breaks at any byte is an error, in the handshake and after it") {
    const std::string inner = both_agreed() + spdy_data(3, 0, "some bytes");
    for (const auto streams : {Streams::automatic, Streams::spdy}) {
        const bool tunnel = streams == Streams::automatic;
        std::size_t size = 1000;
        for (std::size_t cut = 0; cut <= size; ++cut) {
            CAPTURE(cut);
            const auto outcome = outcome_of([&](const FakeRequest& request) {
                const auto bytes = tunnel ? websocket_head(request, k_forward_tunnel) + websocket_frame(0x82, inner) : k_forward_spdy_head + inner;
                size = bytes.size();
                return FakeReply{.take_over = [bytes, cut](Wire& wire) {
                    if (cut > 0) wire.write(std::string_view(bytes).substr(0, cut));
                }};
            }, streams);
            REQUIRE(outcome.over);
            REQUIRE(outcome.error);
            CHECK(outcome.error->kind == ErrorKind::network);
        }
        CHECK(size < 1000);
    }
}

TEST_CASE("a Close or a goodbye before the pod has ended its bytes, and the kubelet its words, is a lost connection, whatever its code") {
    const auto bytes = websocket_frame(0x82, both_agreed() + spdy_data(3, 0, "half"));
    const auto ended = websocket_frame(0x82, spdy_data(3, 1, ""));
    for (const auto& end : {websocket_frame(0x88, "\x03\xe8"), websocket_frame(0x88, ""), websocket_frame(0x88, "\x03\xf3gone"), websocket_frame(0x82, spdy_control(7, 0, SpdyPeer::id(0) + SpdyPeer::id(0))), ended + websocket_frame(0x88, "\x03\xe8")}) {
        const auto outcome = outcome_of([&](const FakeRequest& request) { return agreed(request, bytes + end, Duration::seconds(20)); });
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind == ErrorKind::network);
        CHECK(outcome.error->message == "the connection to pod web was lost");
        CHECK(outcome.got == "half");
    }
    const auto whole = outcome_of([&](const FakeRequest& request) { return agreed(request, bytes + ended + websocket_frame(0x82, spdy_data(1, 1, "")) + websocket_frame(0x88, "\x03\xe8"), Duration::seconds(20)); });
    CHECK(whole.over);
    CHECK(!whole.error);
}

TEST_CASE("of WebSocket v4 only a normal Close is the end") {
    for (const auto& [close, is_end] : {std::pair{std::string("\x03\xe8"), true}, {std::string(), false}, {std::string("\x03\xe9"), false}}) {
        CAPTURE(is_end);
        const auto outcome = outcome_of([close = close](const FakeRequest& request) {
            if (request.method == "POST") return FakeReply{.status = 405, .body = "no", .content_type = "text/plain"};
            if (request.header("sec-websocket-protocol") == k_forward_tunnel) return FakeReply{.raw = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n"};
            const auto bytes = websocket_frame(0x82, std::string("\x00\x50\x00", 3)) + websocket_frame(0x82, std::string("\x01\x50\x00", 3)) + websocket_frame(0x82, "\x4dnobody knows this channel") +
                               websocket_frame(0x82, "") + websocket_frame(0x02, std::string("\x00he", 3)) + websocket_frame(0x89, "ping") + websocket_frame(0x80, "llo") + websocket_frame(0x88, close);
            return FakeReply{.take_over = [all = websocket_head(request, "v4.channel.k8s.io") + bytes](Wire& wire) {
                wire.write(all);
                wire.rest(Duration::seconds(20));
            }};
        });
        REQUIRE(outcome.over);
        CHECK(outcome.got == "hello");
        CHECK(outcome.error.has_value() != is_end);
    }
}

TEST_CASE("a server that breaks the WebSocket protocol, or SPDY, within the tunnel or without") {
    const std::vector<std::string> frames = {std::string("\x82\x81\x01\x02\x03\x04\x05", 7), websocket_frame(0xc2, "x"), websocket_frame(0x83, "x"), websocket_frame(0x81, "text"), websocket_frame(0x80, "x"),
                                             std::string("\x82\x7f\x00\x00\x00\x00\x02\x00\x00\x01", 10) + "x"};
    for (const auto& frame : frames) {
        const auto outcome = outcome_of([&](const FakeRequest& request) { return agreed(request, frame, Duration::seconds(20)); });
        REQUIRE(outcome.error);
        CHECK(outcome.error->kind == ErrorKind::protocol);
        CHECK(outcome.error->message.find("broke the WebSocket protocol") != std::string::npos);
    }
    const std::vector<std::string> inner = {std::string("\x80\x02\x00\x01\x00\x00\x00\x00", 8), spdy_control(3, 0, "?"), spdy_control(2, 0, "xy")};
    for (const auto& bytes : inner)
        for (const bool tunnel : {true, false}) {
            const auto outcome = outcome_of([&](const FakeRequest& request) { return agreed(request, tunnel ? websocket_frame(0x82, bytes) : bytes, Duration::seconds(20)); }, tunnel ? Streams::automatic : Streams::spdy);
            REQUIRE(outcome.error);
            CHECK(outcome.error->kind == ErrorKind::protocol);
        }
}

TEST_CASE("streams that nobody asked for do no harm, and large frames come through in pieces") {
    const std::string large(1 << 20, 'x');
    const auto inner = both_agreed() + spdy_data(77, 0, "unknown") + spdy_data(3, 0, large) + spdy_control(3, 0, SpdyPeer::id(3) + SpdyPeer::id(5)) + spdy_control(3, 0, SpdyPeer::id(1) + SpdyPeer::id(5));
    for (const bool tunnel : {true, false}) {
        const auto outcome = outcome_of([&](const FakeRequest& request) {
            std::string bytes;
            for (std::string_view rest = inner; !rest.empty(); rest.remove_prefix(std::min<std::size_t>(rest.size(), 5000))) bytes += websocket_frame(0x82, rest.substr(0, 5000));
            return agreed(request, tunnel ? bytes : inner, Duration::seconds(20));
        }, tunnel ? Streams::automatic : Streams::spdy);
        CHECK(outcome.over);
        CHECK(!outcome.error);
        CHECK((outcome.got == large));
    }
}

TEST_CASE("a burst of connections makes a bounded number of handshakes at once, and all are served") {
    constexpr std::size_t k_connections = 200;
    std::atomic<std::size_t> at_once = 0, most = 0;
    HttpServer server([&](const FakeRequest& request) {
        return FakeReply{.take_over = [&, request](Wire& wire) {
            const auto now = ++at_once;
            for (auto seen = most.load(); seen < now && !most.compare_exchange_weak(seen, now);) {}
            wire.rest(Duration{30});
            --at_once;
            WebsocketPeer peer(wire, request, k_forward_tunnel);
            Wire inner{.read = [&](std::size_t) { return peer.receive().value_or(""); }, .write = [&](std::string_view bytes) { peer.send(bytes, 4096); }, .reset = wire.reset, .rest = wire.rest};
            serve_spdy(inner, echo);
        }};
    });
    const auto api = client_of(server);
    client::PortForward forward(*api, "shop", "web");
    std::deque<Connection> connections(k_connections);
    for (auto& connection : connections) connection.connect(forward);
    connections.back().pod.reset(); // gone before its turn
    connections.pop_back();
    std::size_t open = 0;
    turn_until(*api, [&] { return (open = static_cast<std::size_t>(std::count_if(connections.begin(), connections.end(), [](const auto& one) { return one.open; }))) == connections.size(); }, 60);
    CHECK(open == k_connections - 1);
    CHECK(most <= 32);
    CHECK(most > 1);
    CHECK(server.connections() == k_connections - 1);
}

TEST_CASE("servers that never answer are given up after 30 seconds, in the handshake and after it") {
    HttpServer mute([](const FakeRequest&) { return FakeReply{.take_over = [](Wire& wire) { wire.rest(Duration::minutes(2)); }}; });
    HttpServer agreeing([](const FakeRequest& request) { return agreed(request, "", Duration::minutes(2)); });
    struct One {
        One(const HttpServer& server, Streams streams) : api(client_of(server, streams)), forward(*api, "shop", "web"), connection(forward) {}
        std::unique_ptr<client::ApiClient> api;
        client::PortForward forward;
        Connection connection;
    };
    std::deque<One> all;
    for (const auto streams : {Streams::automatic, Streams::spdy}) all.emplace_back(mute, streams);
    for (const auto streams : {Streams::automatic, Streams::spdy}) all.emplace_back(agreeing, streams);
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(45);
    while (std::any_of(all.begin(), all.end(), [](const One& one) { return !one.connection.over; }) && std::chrono::steady_clock::now() < end)
        for (auto& one : all) one.api->loop().turn(Duration{20});
    for (auto& one : all) {
        REQUIRE(one.connection.error);
        CHECK(one.connection.error->kind == ErrorKind::timeout);
    }
}
