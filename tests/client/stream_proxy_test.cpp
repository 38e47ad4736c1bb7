// SPDX-License-Identifier: Apache-2.0
// Streams through a proxy in between: exec and port-forward, over WebSocket and SPDY.
#include "remote_fixture.hpp"

#include "client/port_forward.hpp"
#include "support/connect_proxy.hpp"
#include "support/forward_kubelet.hpp"

using namespace kdiag;
using namespace kdiag::test;

namespace {

using Streams = config::ClusterConfig::Streams;

constexpr const char* k_exec_spdy_head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n";

/// An API server whose pods echo, and whose commands say hello and exit with 3.
FakeReply serve(const FakeRequest& request) {
    const bool spdy = request.method == "POST";
    if (request.path.ends_with("/portforward")) return spdy ? spdy_reply(echo) : tunnel_reply(request, echo);
    if (!spdy)
        return {.take_over = [request](Wire& wire) {
            WebsocketPeer peer(wire, request, "v5.channel.k8s.io");
            peer.send(channel(1, "hello"));
            peer.send(channel(3, k_exit_3));
            peer.close(1000);
        }};
    return {.raw = k_exec_spdy_head, .take_over = [](Wire& wire) {
        SpdyPeer peer(wire);
        peer.agree(3);
        peer.data("stdout", "hello", true);
        peer.data("error", k_exit_3, true);
        peer.end();
    }};
}

config::ClusterConfig config_through(const HttpServer& server, const std::string& proxy, Streams streams) {
    auto config = config_for(server);
    config.proxy_url = proxy;
    config.streams = streams;
    config.token = Secret("abc");
    return config;
}

/// What became of an echo through port-forward.
std::optional<Error> forward_once(client::ApiClient& api, std::string& got) {
    client::PortForward forward(api, "shop", "web");
    bool over = false;
    std::optional<Error> error;
    std::unique_ptr<client::PodConnection> connection;
    connection = forward.connect(80, {.on_open = [&] { connection->write("ping"); }, .on_bytes = [&](std::string_view bytes) { got += bytes; }, .on_drained = {}, .on_end_of_bytes = {},
                                      .on_end = [&](std::optional<Error> end) {
                                          over = true;
                                          error = std::move(end);
                                      }});
    const auto late = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!over && got != "ping" && std::chrono::steady_clock::now() < late) api.loop().turn(Duration{50});
    return error;
}

} // namespace

TEST_CASE("streams go through the proxy of the kubeconfig or the environment, which sees no token") {
    HttpServer server(serve, server_identity());
    for (const auto streams : {Streams::websocket, Streams::spdy})
        for (const bool by_environment : {false, true}) {
            CAPTURE(by_environment);
            ConnectProxy proxy({.credentials = "YW5hOnNlc2FtZQ=="});
            const auto url = proxy.url("ana:sesame");
            Remote remote(config_through(server, url, streams), command_true());
            CHECK(remote.finish().code == 3);
            CHECK(!remote.exit->error);
            CHECK(remote.out == "hello");
            auto config = config_through(server, by_environment ? "" : url, streams);
            auto api = client::ApiClient::make(std::move(config), by_environment ? url : "", {});
            REQUIRE(api);
            std::string got;
            CHECK(!forward_once(**api, got));
            CHECK(got == "ping");
            CHECK(proxy.tunnels() == 2);
            for (const auto& head : proxy.requests()) {
                CHECK(head.starts_with(format("CONNECT 127.0.0.1:{} HTTP/1.1\r\n", server.port())));
                CHECK(head.find("abc") == std::string::npos);
            }
        }
    CHECK(server.requests().front().header("authorization") == "Bearer abc");
    CHECK(server.requests().front().header("proxy-authorization").empty());
}

TEST_CASE("a proxy that refuses or talks nonsense is an error that names it, without its password") {
    HttpServer server(serve, server_identity());
    struct Row {
        ConnectProxy::Manners manners;
        const char* words;
    };
    const std::vector<Row> rows = {
        {{.credentials = "wanted"}, "does not know this user and password (407)"},
        {{.answer = "HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno"}, "(403)"},
        {{.answer = "HTTP/1.1 502 Bad Gateway\r\n\r\n"}, "(502)"},
        {{.answer = "SSH-2.0-OpenSSH_9.2\r\n"}, "does not answer as a proxy does"},
        {{.answer = std::string(1, '\0')}, "does not answer as a proxy does"},
    };
    for (const auto& row : rows)
        for (const auto streams : {Streams::automatic, Streams::spdy}) {
            CAPTURE(row.words);
            ConnectProxy proxy(row.manners);
            Remote remote(config_through(server, proxy.url("ana:sesame"), streams), command_true());
            const auto words = remote.error_words();
            CHECK(remote.exit->error->kind == ErrorKind::network);
            CHECK_MESSAGE(words.find(row.words) != std::string::npos, words);
            CHECK(words.find("the proxy " + proxy.url()) != std::string::npos);
            CHECK(words.find("sesame") == std::string::npos);
            const auto api = client_for(config_through(server, proxy.url("ana:sesame"), streams));
            std::string got;
            const auto error = forward_once(*api, got);
            REQUIRE(error);
            CHECK_MESSAGE(words_of(*error).find(row.words) != std::string::npos, words_of(*error));
        }
    ConnectProxy closed({.credentials = "wanted"});
    Remote remote(config_through(server, closed.url(), Streams::automatic), command_true());
    CHECK(remote.error_words().find("wants a user and a password (407)") != std::string::npos);
    CHECK(server.connections() == 0);
}

TEST_CASE("a proxy that hangs up at any byte of its answer, or never answers") {
    HttpServer server(serve, server_identity());
    const std::string answer = "HTTP/1.1 200 Connection established\r\n\r\n";
    for (std::size_t cut = 1; cut <= answer.size(); ++cut) {
        CAPTURE(cut);
        ConnectProxy proxy({.answer = answer.substr(0, cut)});
        Remote remote(config_through(server, proxy.url(), Streams::automatic), command_true());
        remote.finish();
        REQUIRE(remote.exit->error);
        const bool tunnel = cut == answer.size(); // then the TLS handshake finds nobody
        CHECK((remote.exit->error->kind == ErrorKind::network || (tunnel && remote.exit->error->kind == ErrorKind::tls)));
    }
    ConnectProxy silent({.silent = true});
    Remote remote(config_through(server, silent.url(), Streams::automatic), command_true());
    const auto api = client_for(config_through(server, silent.url(), Streams::spdy));
    CHECK(remote.error_words().find("has not answered within 10s") != std::string::npos);
    CHECK(remote.exit->error->kind == ErrorKind::network);
    std::string got;
    const auto error = forward_once(*api, got);
    REQUIRE(error);
    CHECK(words_of(*error).find("has not answered within 10s") != std::string::npos);
}
