// SPDX-License-Identifier: Apache-2.0
#include "../support/temporary_folder.hpp"
#include "remote_fixture.hpp"

#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

/// A server that agrees to a subprotocol and then does as a function says.
FakeReply websocket_reply(const FakeRequest& request, std::function<void(WebsocketPeer&)> talk, const std::string& protocol = "v5.channel.k8s.io") {
    return {.take_over = [request, talk = std::move(talk), protocol](Wire& wire) {
        WebsocketPeer peer(wire, request, protocol);
        talk(peer);
    }};
}

void end_well(WebsocketPeer& peer) {
    peer.send(channel(3, k_success));
    peer.close(1000);
}

} // namespace

TEST_CASE("a command over v5: request, output, exit code") {
    HttpServer server([](const FakeRequest& request) {
        return websocket_reply(request, [](WebsocketPeer& peer) {
            peer.send(channel(1, ""));
            peer.send(channel(1, "out\n"));
            peer.send(channel(2, "err\n"));
            peer.send(channel(77, "nobody knows this channel"));
            peer.send("");
            peer.send(channel(1, "fragmented output"), 5);
            peer.send(channel(3, k_exit_3));
            peer.close(1000);
        });
    }, server_identity());
    auto config = config_for(server);
    config.token = Secret("abc");
    Remote remote(std::move(config), {.namespace_name = "shop", .pod = "web", .container = "app", .command = {"sh", "-c", "a&b c"}});
    CHECK(remote.finish().code == 3);
    CHECK(!remote.exit->error);
    CHECK(remote.exit->message.empty());
    CHECK(remote.protocol == "v5.channel.k8s.io");
    CHECK(remote.out == "out\nfragmented output");
    CHECK(remote.err == "err\n");
    const auto request = server.requests().at(0);
    CHECK(request.method == "GET");
    CHECK(request.target == "/api/v1/namespaces/shop/pods/web/exec?container=app&command=sh&command=-c&command=a%26b%20c&stdout=true&stderr=true");
    CHECK(request.header("authorization") == "Bearer abc");
    CHECK(request.header("sec-websocket-protocol") == "v5.channel.k8s.io, v4.channel.k8s.io");
    CHECK(request.header("user-agent").starts_with("kdiag/"));
}

TEST_CASE("input, its end, and the size of the window") {
    std::vector<std::string> got;
    HttpServer server([&](const FakeRequest& request) {
        return websocket_reply(request, [&](WebsocketPeer& peer) {
            while (auto message = peer.receive()) {
                got.push_back(*message);
                if (got.back() == std::string("\xff\x00", 2)) break;
            }
            end_well(peer);
        });
    });
    auto command = command_true();
    command.stdin_open = true;
    Remote remote(config_for(server), command, [](Remote& self) {
        self.session->write_stdin("hello");
        self.session->end_stdin();
        self.session->write_stdin("too late");
    });
    CHECK(remote.finish().code == 0);
    CHECK(got == std::vector<std::string>{channel(0, "hello"), std::string("\xff\x00", 2)});
    CHECK(server.requests().at(0).header("sec-websocket-protocol") == "v5.channel.k8s.io"); // v4 has no end of input
}

TEST_CASE("a terminal: sizes are sent, also one that was known before; the redraw of attach") {
    std::vector<std::string> got;
    HttpServer server([&](const FakeRequest& request) {
        return websocket_reply(request, [&](WebsocketPeer& peer) {
            while (got.size() < 4) got.push_back(peer.receive().value_or("closed"));
            end_well(peer);
        });
    });
    Remote remote(config_for(server), {.namespace_name = "shop", .pod = "web", .container = "app", .stdin_open = true, .tty = true}, [](Remote& self) {
        self.session->write_stdin("x");
        self.session->end_stdin(); // a terminal has none
        self.session->resize({100, 50});
        self.session->resize({100, 50});
    });
    remote.session->resize({80, 24});
    CHECK(remote.finish().code == 0);
    CHECK(got == std::vector<std::string>{channel(4, R"({"Width":81,"Height":25})"), channel(4, R"({"Width":80,"Height":24})"), channel(0, "x"), channel(4, R"({"Width":100,"Height":50})")});
    CHECK(server.requests().at(0).target == "/api/v1/namespaces/shop/pods/web/attach?container=app&stdin=true&stdout=true&tty=true");
}

TEST_CASE("a connection that ends before the command did is never a success") {
    for (const auto* how : {"close", "end", "reset", "half a status", "no status", "half a frame"}) {
        CAPTURE(how);
        HttpServer server([&](const FakeRequest& request) {
            return FakeReply{.raw = websocket_head(request, "v5.channel.k8s.io"), .take_over = [how = std::string(how)](Wire& wire) {
                wire.write(websocket_frame(0x82, channel(1, "partial output")));
                if (how == "close") wire.write(websocket_frame(0x88, "\x03\xe8"));
                if (how == "no status") wire.write(websocket_frame(0x88, ""));
                if (how == "half a status") wire.write(websocket_frame(0x82, channel(3, k_success)).substr(0, 20));
                if (how == "half a frame") wire.write(websocket_frame(0x82, channel(1, "more")).substr(0, 3));
                if (how == "reset") wire.reset();
            }};
        }, server_identity());
        Remote remote(config_for(server), command_true());
        const auto words = remote.error_words();
        CHECK(remote.exit->error->kind == ErrorKind::network);
        if (std::string(how) == "reset") continue; // it may overtake even the answer to the handshake
        CHECK(words.find("was lost before the command ended") != std::string::npos);
        CHECK(remote.out == "partial output");
    }
}

TEST_CASE("the status counts without a goodbye, and output after it is not lost") {
    HttpServer server([](const FakeRequest& request) {
        return FakeReply{.raw = websocket_head(request, "v5.channel.k8s.io") + websocket_frame(0x82, channel(3, k_exit_3)) + websocket_frame(0x82, channel(1, "late")),
                         .take_over = [](Wire&) {}};
    });
    Remote remote(config_for(server), command_true());
    CHECK(remote.finish().code == 3);
    CHECK(remote.out == "late");
}

TEST_CASE("a server that says the end and never goes") {
    HttpServer server([](const FakeRequest& request) {
        return FakeReply{.raw = websocket_head(request, "v5.channel.k8s.io") + websocket_frame(0x82, channel(3, k_exit_3)), .take_over = [](Wire& wire) { wire.rest(Duration::minutes(1)); }};
    });
    Remote remote(config_for(server), command_true());
    CHECK(remote.finish(10).code == 3);
}

TEST_CASE("the connection breaks off at every byte of the handshake") {
    std::size_t size = 1000;
    for (std::size_t cut = 0; cut < size; ++cut) {
        HttpServer server([&](const FakeRequest& request) {
            const auto head = websocket_head(request, "v5.channel.k8s.io");
            size = head.size();
            return FakeReply{.take_over = [head, cut](Wire& wire) {
                if (cut > 0) wire.write(std::string_view(head).substr(0, cut));
            }};
        });
        Remote remote(config_for(server), command_true());
        remote.finish();
        REQUIRE(remote.exit->error);
        CHECK(remote.exit->error->kind == ErrorKind::network);
        CHECK(server.requests().size() == 1); // the command may have run: never twice
    }
    CHECK(size < 1000);
}

TEST_CASE("a WebSocket session that breaks off at any byte is a success only when the whole status has come") {
    const std::string frames = websocket_frame(0x82, channel(1, "output")) + websocket_frame(0x02, channel(3, k_success).substr(0, 9)) + websocket_frame(0x89, "ping") +
                               websocket_frame(0x80, channel(3, k_success).substr(9)) + websocket_frame(0x88, "\x03\xe8");
    const std::size_t whole = frames.size() - websocket_frame(0x88, "\x03\xe8").size();
    for (std::size_t cut = 0; cut <= frames.size(); ++cut) {
        CAPTURE(cut);
        HttpServer server([&](const FakeRequest& request) {
            return FakeReply{.take_over = [bytes = websocket_head(request, "v5.channel.k8s.io") + frames.substr(0, cut)](Wire& wire) { wire.write(bytes); }};
        });
        Remote remote(config_for(server), command_true());
        remote.finish();
        CHECK(remote.exit->error.has_value() == (cut < whole));
        if (remote.exit->error) CHECK(remote.exit->error->kind == ErrorKind::network);
        CHECK(server.requests().size() == 1); // the command may have run: never twice
    }
}

TEST_CASE("a server that breaks the WebSocket protocol") {
    const std::vector<std::string> broken = {std::string("\x82\x81\x01\x02\x03\x04\x05", 7), websocket_frame(0xc2, "x"), websocket_frame(0x83, "x"), websocket_frame(0x81, "text"),
                                             std::string("\x82\x7f\x00\x00\x00\x00\x02\x00\x00\x01", 10) + "x"};
    for (const auto& bytes : broken) {
        HttpServer server([&](const FakeRequest& request) {
            return FakeReply{.raw = websocket_head(request, "v5.channel.k8s.io") + bytes, .take_over = [](Wire& wire) { wire.rest(Duration::seconds(20)); }};
        });
        Remote remote(config_for(server), command_true());
        CHECK(remote.error_words().find("broke the WebSocket protocol") != std::string::npos);
        CHECK(remote.exit->error->kind == ErrorKind::protocol);
    }
}

TEST_CASE("an answer that agrees to something else is refused") {
    for (const auto* head : {"HTTP/1.1 101 X\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: wrong\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n", "HTTP/1.1 101 X\r\n\r\n", "no HTTP at all, but long enough"}) {
        HttpServer server([&](const FakeRequest&) { return FakeReply{.raw = head, .take_over = [](Wire& wire) { wire.rest(Duration::seconds(20)); }}; });
        Remote remote(config_for(server), command_true());
        remote.finish();
        REQUIRE(remote.exit->error);
        CHECK(remote.exit->error->kind == ErrorKind::protocol);
    }
}

TEST_CASE("why nothing was started, in the words of the translator") {
    const auto failure = [](const std::string& message) { return format(R"({{"metadata":{{}},"status":"Failure","message":"{}","reason":"InternalError","code":500}})", message); };
    const auto ended_with = [&](const std::string& status) {
        HttpServer server([&](const FakeRequest& request) {
            return websocket_reply(request, [&](WebsocketPeer& peer) {
                peer.send(channel(3, status));
                peer.close(1000);
            });
        });
        Remote remote(config_for(server), command_true());
        return remote.finish();
    };
    const auto gone = ended_with(failure("Internal error occurred: unable to upgrade connection: container not found (\\\"app\\\")"));
    REQUIRE(gone.error);
    CHECK(gone.error->kind == ErrorKind::not_found);
    const auto shell = ended_with(failure("Internal error occurred: error executing command in container: exec: \\\"bash\\\": executable file not found in $PATH"));
    CHECK(!shell.error);
    CHECK(shell.code == 1);
    CHECK(shell.message.find("executable file not found") != std::string::npos);
    REQUIRE(ended_with(failure("error dialing backend: dial tcp 10.0.0.1:10250: connect: connection refused")).error);
    REQUIRE(ended_with("{\"status\":").error);
    REQUIRE(ended_with("{}").error);
    REQUIRE(ended_with(R"({"status":"Failure","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"many"}]}})").error);
    CHECK(ended_with("some old runtime's words").message == "some old runtime's words");
}

TEST_CASE("a slow reader stops the server, and nothing is lost") {
    constexpr std::size_t k_message = 32 * 1024, k_messages = 3200; // 100 MiB
    std::atomic<std::size_t> sent = 0;
    HttpServer server([&](const FakeRequest& request) {
        return websocket_reply(request, [&](WebsocketPeer& peer) {
            const std::string message = channel(1, std::string(k_message, 'x'));
            for (std::size_t i = 0; i < k_messages; ++i, ++sent) peer.send(message);
            end_well(peer);
        });
    }, server_identity());
    Remote remote(config_for(server), command_true());
    remote.keep_output = false;
    REQUIRE(remote.until([&] { return remote.taken > 1'000'000; }));
    remote.session->pause_output();
    const auto taken = remote.taken;
    std::size_t before = 0;
    remote.until([&] { return std::exchange(before, sent.load()) == sent.load() && sent > 0; });
    for (int turn = 0; turn < 10; ++turn) remote.api->loop().turn(Duration{50});
    CHECK(remote.taken - taken <= 128 * 1024);
    CHECK(sent < k_messages / 2);
    remote.session->resume_output();
    CHECK(remote.finish(60).code == 0);
    CHECK(remote.taken == k_message * k_messages);
}

TEST_CASE("a slow server stops the input, and nothing is lost") {
    constexpr std::size_t k_total = 24u << 20;
    std::size_t got = 0;
    bool in_order = true;
    std::atomic<bool> read_on = false;
    HttpServer server([&](const FakeRequest& request) {
        return websocket_reply(request, [&](WebsocketPeer& peer) {
            while (!read_on) std::this_thread::sleep_for(std::chrono::milliseconds(10));
            while (auto message = peer.receive()) {
                if (*message == std::string("\xff\x00", 2)) break;
                for (std::size_t i = 1; i < message->size(); ++i, ++got) in_order = in_order && (*message)[i] == static_cast<char>(got % 251);
            }
            end_well(peer);
        });
    });
    auto command = command_true();
    command.stdin_open = true;
    std::size_t written = 0;
    const auto feed = [&](Remote& self) {
        while (!self.session->stdin_full() && written < k_total) {
            std::string piece;
            for (std::size_t i = 0; i < 64 * 1024; ++i) piece += static_cast<char>((written + i) % 251);
            written += piece.size();
            self.session->write_stdin(piece);
        }
        if (written >= k_total) self.session->end_stdin();
    };
    Remote remote(config_for(server), command, feed);
    remote.on_drained = [&] { feed(remote); };
    remote.until([&] { return written > 1'000'000; });
    for (int turn = 0; turn < 20; ++turn) remote.api->loop().turn(Duration{50});
    CHECK(written < k_total); // what fits into the sockets' buffers and 320 KiB
    read_on = true;
    CHECK(remote.finish(60).code == 0);
    CHECK(got == written);
    CHECK(in_order);
}

TEST_CASE("a session that is ended early goes quietly, and says goodbye") {
    std::optional<std::string> after = "nothing yet";
    std::atomic<bool> served = false;
    HttpServer server([&](const FakeRequest& request) {
        return websocket_reply(request, [&](WebsocketPeer& peer) {
            peer.send(channel(1, "x"));
            after = peer.receive();
            served = true;
        });
    });
    Remote remote(config_for(server), command_true());
    REQUIRE(remote.until([&] { return !remote.out.empty(); }));
    remote.session.reset();
    CHECK(remote.until([&] { return served.load(); }));
    CHECK(!after);
    CHECK(!remote.exit);
}

TEST_CASE("a 401 is answered once by a newer credential") {
    const TemporaryFolder folder;
    const auto path = folder.write("token", "old");
    HttpServer server([&](const FakeRequest& request) {
        if (request.header("authorization") == "Bearer new") return websocket_reply(request, end_well);
        folder.write("token", "new");
        return status_reply(401, "Unauthorized", "Unauthorized");
    }, server_identity());
    auto config = config_for(server);
    config.token_file = path;
    Remote remote(std::move(config), command_true());
    CHECK(remote.finish().code == 0);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a 401 for which there is nothing newer") {
    HttpServer server([](const FakeRequest&) { return status_reply(401, "Unauthorized", "Unauthorized"); });
    Remote remote(config_for(server), command_true());
    remote.finish();
    REQUIRE(remote.exit->error);
    CHECK(remote.exit->error->kind == ErrorKind::authentication);
    CHECK(server.requests().size() == 1); // nothing newer to try, and no other way changes who we are
}

TEST_CASE("answers of the API server that end it") {
    for (const auto& [code, kind] : {std::pair{404, ErrorKind::not_found}, {400, ErrorKind::server}, {500, ErrorKind::server}, {429, ErrorKind::timeout}, {503, ErrorKind::server}}) {
        HttpServer server([code = code](const FakeRequest&) { return status_reply(code, "Reason", "the server's words"); });
        Remote remote(config_for(server), command_true());
        CHECK(remote.error_words().find("the server's words") != std::string::npos);
        CHECK(remote.exit->error->kind == kind);
        CHECK(server.requests().size() == 1);
    }
}

TEST_CASE("nobody there") {
    auto config = config_for(HttpServer([](const FakeRequest&) { return FakeReply{}; }));
    config.server = format("http://127.0.0.1:{}", closed_port());
    Remote remote(std::move(config), command_true());
    remote.finish();
    REQUIRE(remote.exit->error);
    CHECK(remote.exit->error->kind == ErrorKind::network);
}
