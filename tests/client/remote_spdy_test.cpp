// SPDX-License-Identifier: Apache-2.0
#include "remote_fixture.hpp"
#include "support/spdy_kubelet.hpp"

using namespace kdiag;
using namespace kdiag::test;

namespace {

constexpr const char* k_head = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nX-Stream-Protocol-Version: v4.channel.k8s.io\r\n\r\n";
constexpr const char* k_bare_403 = "HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n";

FakeReply spdy_reply(std::function<void(SpdyPeer&, Wire&)> talk) {
    return {.raw = k_head, .take_over = [talk = std::move(talk)](Wire& wire) {
        SpdyPeer peer(wire);
        talk(peer, wire);
    }};
}

/// A server without v5: refuses WebSocket, speaks SPDY.
HttpServer::Handler old_server(std::function<void(SpdyPeer&, Wire&)> talk) {
    return [talk](const FakeRequest& request) { return request.method == "GET" ? FakeReply{.raw = k_bare_403} : spdy_reply(talk); };
}

config::ClusterConfig spdy_config(const HttpServer& server) {
    auto config = config_for(server);
    config.streams = config::ClusterConfig::Streams::spdy;
    return config;
}

} // namespace

TEST_CASE("a server that knows no v5 gets SPDY: output and exit code") {
    HttpServer server(old_server([](SpdyPeer& peer, Wire&) {
        peer.agree(3);
        peer.data("stdout", "out\n");
        peer.data("stderr", "err\n");
        peer.data("error", k_exit_3);
        peer.end();
    }), server_identity());
    auto config = config_for(server);
    config.token = Secret("abc");
    Remote remote(std::move(config), command_true());
    CHECK(remote.finish().code == 3);
    CHECK(!remote.exit->error);
    CHECK(remote.protocol == "SPDY/3.1 v4.channel.k8s.io");
    CHECK(remote.out == "out\n");
    CHECK(remote.err == "err\n");
    REQUIRE(server.requests().size() == 2);
    const auto post = server.requests()[1];
    CHECK(post.method == "POST");
    CHECK(post.header("upgrade") == "SPDY/3.1");
    CHECK(post.header("x-stream-protocol-version") == "v4.channel.k8s.io");
    CHECK(post.header("authorization") == "Bearer abc");
}

TEST_CASE("input over SPDY flows after the streams stand, and has an end") {
    std::string got;
    std::size_t early = 99;
    HttpServer server(old_server([&](SpdyPeer& peer, Wire&) {
        peer.agree(4);
        early = peer.early.size();
        for (bool over = false; !over;)
            for (const auto& frame : peer.receive()) {
                if (frame.stream == peer.streams.at("stdin")) got += frame.payload;
                over = over || frame.fin;
            }
        peer.data("stdout", "", true);
        peer.data("stderr", "", true);
        peer.data("error", k_success, true);
    }));
    auto command = command_true();
    command.stdin_open = true;
    Remote remote(config_for(server), command);
    const std::string payload(300'000, 'i');
    remote.session->write_stdin(payload);
    CHECK(remote.session->stdin_full());
    remote.session->end_stdin();
    CHECK(remote.finish().code == 0);
    CHECK(got == payload);
    CHECK(early == 0);
}

TEST_CASE("a terminal over SPDY has a stream for sizes and none for errors") {
    std::string size;
    std::map<std::string, std::uint32_t> streams;
    HttpServer server([&](const FakeRequest&) {
        return spdy_reply([&](SpdyPeer& peer, Wire&) {
            peer.agree(4);
            streams = peer.streams;
            while (size.empty())
                for (const auto& frame : peer.receive())
                    if (frame.stream == streams.at("resize")) size = frame.payload;
            peer.data("error", k_success);
            peer.end();
        });
    });
    auto command = command_true();
    command.stdin_open = command.tty = true;
    Remote remote(spdy_config(server), command);
    remote.session->resize({80, 24});
    CHECK(remote.finish().code == 0);
    CHECK(size == "{\"Width\":80,\"Height\":24}\n");
    CHECK(streams == std::map<std::string, std::uint32_t>{{"error", 1}, {"stdin", 3}, {"stdout", 5}, {"resize", 7}});
}

TEST_CASE("a role with only `create` leads to SPDY") {
    HttpServer server([](const FakeRequest& request) {
        if (request.method == "GET") return status_reply(403, "Forbidden", "pods \\\"web\\\" is forbidden: User \\\"ana\\\" cannot get resource \\\"pods/exec\\\"");
        return spdy_reply([](SpdyPeer& peer, Wire&) {
            peer.agree(3);
            peer.data("error", k_success);
            peer.end();
        });
    });
    Remote remote(config_for(server), command_true());
    CHECK(remote.finish().code == 0);
}

TEST_CASE("an old server and WebSocket alone: it is the protocol that lacks, and no permission") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.raw = k_bare_403}; });
    auto config = config_for(server);
    config.streams = config::ClusterConfig::Streams::websocket;
    auto command = command_true();
    command.stdin_open = true;
    Remote remote(std::move(config), command);
    const auto words = remote.error_words();
    CHECK(remote.exit->error->kind == ErrorKind::protocol);
    CHECK(words.find("the server knows no WebSocket protocol of v5.channel.k8s.io") != std::string::npos);
    CHECK(words.find("only SPDY can end standard input") != std::string::npos);
}

TEST_CASE("a role with neither is told both verbs") {
    HttpServer server([](const FakeRequest& request) {
        return status_reply(403, "Forbidden", request.method == "GET" ? "User ana cannot get resource pods/exec" : "User ana cannot create resource pods/exec");
    });
    Remote remote(config_for(server), command_true());
    const auto words = remote.error_words();
    CHECK(remote.exit->error->kind == ErrorKind::forbidden);
    CHECK(words.find("neither `get` nor `create` on pods/exec") != std::string::npos);
    CHECK(words.find("cannot get resource") != std::string::npos);
    CHECK(words.find("cannot create resource") != std::string::npos);
}

TEST_CASE("a role with `get` alone is told the verb it lacks, and not the reason that servers since 1.35 leave empty") {
    HttpServer server([](const FakeRequest& request) {
        return status_reply(403, "Forbidden", request.method == "GET" ? "pods \\\"web\\\" is forbidden: " : "User ana cannot create resource pods/exec");
    });
    Remote remote(config_for(server), command_true());
    const auto words = remote.error_words();
    CHECK(words.find("the role needs the verb `create` on pods/exec: `get` alone is not enough") != std::string::npos);
    CHECK(words.find("neither") == std::string::npos);
    CHECK(words.find("is forbidden: \n") == std::string::npos);
}

TEST_CASE("something in between that lets no WebSocket through: SPDY once, then its answer") {
    for (const int code : {400, 404, 426, 502}) {
        HttpServer server([code](const FakeRequest&) { return FakeReply{.status = code, .body = "<html>no</html>", .content_type = "text/html"}; });
        Remote remote(config_for(server), command_true());
        const auto words = remote.error_words();
        CHECK(words.find("before that, over WebSocket") != std::string::npos);
        CHECK(server.requests().size() == 2);
    }
}

TEST_CASE("the kubelet's plain words for a container that is not running") {
    HttpServer server([](const FakeRequest& request) {
        return request.method == "GET" ? FakeReply{.raw = k_bare_403} : FakeReply{.status = 500, .body = "container not found (\"app\")\n", .content_type = "text/plain"};
    });
    Remote remote(config_for(server), command_true());
    remote.finish();
    REQUIRE(remote.exit->error);
    CHECK(remote.exit->error->kind == ErrorKind::not_found);
}

TEST_CASE("a SPDY connection that ends before the command did") {
    for (const auto* how : {"end", "reset", "goaway", "streams reset", "half a status"}) {
        CAPTURE(how);
        HttpServer server([&](const FakeRequest&) {
            return spdy_reply([how = std::string(how)](SpdyPeer& peer, Wire& wire) {
                peer.agree(3);
                peer.data("stdout", "partial");
                if (how == "half a status") peer.data("error", std::string_view(k_success).substr(0, 9));
                if (how == "reset") wire.reset();
                if (how == "goaway") wire.write(spdy_control(7, 0, SpdyPeer::id(0) + SpdyPeer::id(0)));
                if (how == "streams reset") peer.end();
            });
        }, server_identity());
        Remote remote(spdy_config(server), command_true());
        const auto words = remote.error_words();
        CHECK(remote.exit->error->kind == ErrorKind::network);
        if (std::string(how) != "reset") CHECK(words.find("was lost before the command ended") != std::string::npos);
    }
}

TEST_CASE("a SPDY connection that breaks at any byte is a success only when the whole status has come") {
    std::string bytes = k_head;
    for (std::uint32_t stream = 1; stream <= 5; stream += 2) bytes += spdy_control(2, 0, SpdyPeer::id(stream) + spdy_empty_headers(stream == 1));
    bytes += spdy_data(3, 0, "output") + spdy_data(1, 0, k_success);
    for (std::size_t cut = 1; cut <= bytes.size(); ++cut) {
        CAPTURE(cut);
        HttpServer server([&](const FakeRequest&) { return FakeReply{.take_over = [part = bytes.substr(0, cut)](Wire& wire) { wire.write(part); }}; });
        Remote remote(spdy_config(server), command_true());
        remote.finish();
        CHECK(remote.exit->error.has_value() == (cut < bytes.size()));
        if (remote.exit->error) CHECK(remote.exit->error->kind == ErrorKind::network);
        CHECK(server.requests().size() == 1); // the command may have run: never twice
    }
}

TEST_CASE("servers that agree and never go on, or never answer, are given up after 30 seconds") {
    const auto stays = [](const std::string& raw) {
        return [raw](const FakeRequest& request) {
            const auto head = raw.empty() ? raw : request.method == "GET" ? websocket_head(request, "v5.channel.k8s.io") : raw;
            return FakeReply{.take_over = [head](Wire& wire) {
                if (!head.empty()) wire.write(head);
                wire.rest(Duration::minutes(2));
            }};
        };
    };
    HttpServer mute(stays("")), agreeing(stays(k_head));
    Remote websocket(config_for(mute), command_true()), spdy(spdy_config(mute), command_true()), streams(spdy_config(agreeing), command_true());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(45);
    while ((!websocket.exit || !spdy.exit || !streams.exit) && std::chrono::steady_clock::now() < end)
        for (auto* remote : {&websocket, &spdy, &streams}) remote->api->loop().turn(Duration{20});
    for (auto* remote : {&websocket, &spdy, &streams}) {
        REQUIRE(remote->exit);
        REQUIRE(remote->exit->error);
        CHECK(remote->exit->error->kind == ErrorKind::timeout);
    }
}

TEST_CASE("a whole status counts, also when its stream never ends properly") {
    HttpServer server([](const FakeRequest&) {
        return spdy_reply([](SpdyPeer& peer, Wire&) {
            peer.agree(3);
            peer.data("error", k_exit_3);
        });
    });
    Remote remote(spdy_config(server), command_true());
    CHECK(remote.finish().code == 3);
}

TEST_CASE("a server that agrees to SPDY and speaks something else") {
    const std::vector<std::string> answers = {"HTTP/1.1 101 X\r\nUpgrade: SPDY/3.1\r\n\r\n", k_head + std::string("\x80\x02\x00\x01\x00\x00\x00\x00", 8), k_head + spdy_control(3, 0, "?")};
    for (const auto& answer : answers) {
        HttpServer server([&](const FakeRequest&) { return FakeReply{.raw = answer, .take_over = [](Wire& wire) { wire.rest(Duration::seconds(20)); }}; });
        Remote remote(spdy_config(server), command_true());
        remote.finish();
        REQUIRE(remote.exit->error);
        CHECK(remote.exit->error->kind == ErrorKind::protocol);
    }
}

TEST_CASE("a hundred megabytes over SPDY to a reader that pauses now and then") {
    constexpr std::size_t k_piece = 32 * 1024, k_pieces = 3200;
    HttpServer server([&](const FakeRequest&) {
        return spdy_reply([](SpdyPeer& peer, Wire&) {
            peer.agree(3);
            std::string piece(k_piece, '\0');
            for (std::size_t i = 0; i < k_pieces; ++i) {
                piece.assign(k_piece, static_cast<char>(i));
                peer.data("stdout", piece);
            }
            peer.data("error", k_success);
            peer.end();
        });
    }, server_identity());
    Remote remote(spdy_config(server), command_true());
    remote.keep_output = false;
    for (int round = 1; round <= 5; ++round) {
        REQUIRE(remote.until([&] { return remote.taken > static_cast<std::size_t>(round) * 10'000'000; }));
        remote.session->pause_output();
        const auto before = remote.taken;
        for (int turn = 0; turn < 5; ++turn) remote.api->loop().turn(Duration{20});
        CHECK(remote.taken - before <= 128 * 1024);
        remote.session->resume_output();
    }
    CHECK(remote.finish(60).code == 0);
    CHECK(remote.taken == k_piece * k_pieces);
}
