// SPDX-License-Identifier: Apache-2.0
#include "net/websocket.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

using namespace kdiag;
using namespace kdiag::net;

namespace {

/// One end of a connection without the connection.
struct End {
    std::vector<std::string> messages;
    std::size_t complete = 0;
    std::string sent;
    Websocket socket{[this](std::string bytes) { sent += bytes; },
                     [this](const Websocket::Part& part) {
                         if (part.begins) messages.emplace_back();
                         messages.back() += part.bytes;
                         if (part.ends) ++complete;
                         CHECK(part.bytes.size() <= 64 * 1024);
                     }};
};

/// A server's frame (RFC 6455 5.2).
std::string frame(unsigned first, std::string_view payload) {
    std::string bytes(1, static_cast<char>(first));
    if (payload.size() < 126) {
        bytes += static_cast<char>(payload.size());
    } else if (payload.size() < 65536) {
        bytes += '\x7e';
        bytes += static_cast<char>(payload.size() >> 8);
        bytes += static_cast<char>(payload.size() & 0xff);
    } else {
        bytes += '\x7f';
        for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(std::uint64_t{payload.size()} >> shift & 0xff);
    }
    return bytes.append(payload);
}

struct Sent {
    unsigned first = 0;
    std::string payload;
};

/// Frames of a client, unmasked.
std::vector<Sent> frames_in(std::string_view bytes) {
    std::vector<Sent> frames;
    while (!bytes.empty()) {
        Sent one{.first = static_cast<unsigned char>(bytes[0])};
        const auto second = static_cast<unsigned char>(bytes[1]);
        REQUIRE((second & 0x80) != 0); // masked
        std::size_t size = second & 0x7f, at = 2;
        if (size == 126) {
            size = static_cast<std::size_t>(static_cast<unsigned char>(bytes[2])) << 8 | static_cast<unsigned char>(bytes[3]);
            at = 4;
        }
        for (std::size_t i = 0; i < size; ++i) one.payload += static_cast<char>(bytes[at + 4 + i] ^ bytes[at + i % 4]);
        bytes.remove_prefix(at + 4 + size);
        frames.push_back(std::move(one));
    }
    return frames;
}

} // namespace

TEST_CASE("the messages of an old server's exec session, however the bytes arrive") {
    const std::string out("\x01out\n", 5), established("\x01", 1), close("\x88\x02\x03\xe8", 4);
    const std::string bytes = frame(0x82, established) + frame(0x82, out) + close;
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        End end;
        for (std::size_t at = 0; at < bytes.size(); at += piece) REQUIRE(end.socket.receive(std::string_view(bytes).substr(at, piece)));
        REQUIRE(end.messages.size() == 2);
        CHECK(end.messages[0] == established);
        CHECK(end.messages[1] == out);
        CHECK(end.complete == 2);
        REQUIRE(end.socket.closed());
        CHECK(end.socket.closed()->code == 1000);
        REQUIRE(frames_in(end.sent).size() == 1); // the Close comes back
        CHECK(frames_in(end.sent)[0].first == 0x88);
    }
}

TEST_CASE("a message in several frames is one message, with pings between them") {
    End end;
    REQUIRE(end.socket.receive(frame(0x02, "\x01""ab") + frame(0x89, "now") + frame(0x00, "cd") + frame(0x80, "ef") + frame(0x82, "")));
    REQUIRE(end.messages.size() == 2);
    CHECK(end.messages[0] == "\x01""abcdef");
    CHECK(end.messages[1].empty());
    const auto sent = frames_in(end.sent);
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].first == 0x8a); // pong
    CHECK(sent[0].payload == "now");
}

TEST_CASE("large messages pass through without being kept") {
    End end;
    const std::string payload(1'000'000, 'x');
    REQUIRE(end.socket.receive(frame(0x82, payload)));
    REQUIRE(end.messages.size() == 1);
    CHECK(end.messages[0] == payload);
    CHECK(end.complete == 1);
}

TEST_CASE("a message that is not whole yet does not end") {
    End end;
    REQUIRE(end.socket.receive(std::string_view(frame(0x82, "status")).substr(0, 5)));
    REQUIRE(end.messages.size() == 1);
    CHECK(end.messages[0] == "sta");
    CHECK(end.complete == 0);
    REQUIRE(end.socket.receive("tus"));
    CHECK(end.messages[0] == "status");
    CHECK(end.complete == 1);
}

TEST_CASE("a client's message is one masked frame") {
    End end;
    const std::string payload(Websocket::k_most_payload, 'p');
    end.socket.send(std::string_view("\0", 1), payload);
    end.socket.send("", "");
    end.socket.send("\xff", std::string_view("\0", 1));
    const auto sent = frames_in(end.sent);
    REQUIRE(sent.size() == 3);
    CHECK(sent[0].first == 0x82);
    CHECK(sent[0].payload == std::string(1, '\0') + payload);
    CHECK(sent[1].payload.empty());
    CHECK(sent[2].payload == std::string("\xff\0", 2));
}

TEST_CASE("what a server may not send ends the connection with a word about it") {
    const auto refused = [](const std::string& bytes) {
        End end;
        const auto status = end.socket.receive(bytes);
        REQUIRE_FALSE(status);
        CHECK(status.error().kind == ErrorKind::protocol);
        return status.error().message;
    };
    CHECK(refused(std::string("\x82\x81\x01\x02\x03\x04\x05", 7)).find("malformed") != std::string::npos);         // masked
    CHECK(refused(frame(0xc2, "x")).find("malformed") != std::string::npos);                                        // a reserved bit
    CHECK(refused(frame(0x83, "x")).find("malformed") != std::string::npos);                                        // a reserved opcode
    CHECK(refused(frame(0x80, "x")).find("malformed") != std::string::npos);                                        // goes on with nothing
    CHECK(refused(frame(0x02, "x") + frame(0x82, "y")).find("malformed") != std::string::npos);                     // begins before the end
    CHECK(refused(frame(0x09, "x")).find("malformed") != std::string::npos);                                        // a ping in parts
    CHECK(refused(frame(0x89, std::string(126, 'x'))).find("malformed") != std::string::npos);                      // a long ping
    CHECK(refused(std::string("\x82\x7f\x00\x00\x00\x00\x02\x00\x00\x01", 10) + "x").find("32 MiB") != std::string::npos); // 32 MiB and a byte
    CHECK(refused(std::string("\x82\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10) + "x").size() > 20);
    CHECK(refused(frame(0x81, "text")).find("text") != std::string::npos);
    CHECK(refused(frame(0x81, "\xff\xfe")).size() > 20);
}

TEST_CASE("a message of many frames is bounded too") {
    End end;
    const std::string part(1 << 20, 'x');
    REQUIRE(end.socket.receive(frame(0x02, part)));
    Status status;
    int frames = 1;
    for (; status && frames < 100; ++frames) status = end.socket.receive(frame(0x00, part));
    REQUIRE_FALSE(status);
    CHECK(frames == 33);
}

TEST_CASE("a Close without a code, or with a reason") {
    End bare;
    REQUIRE(bare.socket.receive(frame(0x88, "")));
    REQUIRE(bare.socket.closed());
    CHECK(bare.socket.closed()->code == 1005);
    End reason;
    REQUIRE(reason.socket.receive(frame(0x88, "\x03\xf3""going down")));
    CHECK(reason.socket.closed()->code == 1011);
    CHECK(reason.socket.closed()->reason == "going down");
}

TEST_CASE("pings every ten seconds, and lost after a minute of silence") {
    End end;
    for (int second = 0; second < 59; ++second) REQUIRE(end.socket.passed(Duration::seconds(1), false));
    CHECK(frames_in(end.sent).size() == 5);
    CHECK(frames_in(end.sent)[0].first == 0x89);
    REQUIRE(end.socket.receive(frame(0x8a, "")));
    for (int second = 0; second < 59; ++second) REQUIRE(end.socket.passed(Duration::seconds(1), false));
    const auto lost = end.socket.passed(Duration::seconds(1), false);
    REQUIRE_FALSE(lost);
    CHECK(lost.error().kind == ErrorKind::network);
}

TEST_CASE("who does not read has not lost the connection") {
    End end;
    for (int second = 0; second < 300; ++second) REQUIRE(end.socket.passed(Duration::seconds(1), true));
    CHECK(frames_in(end.sent).size() == 30);
}

TEST_CASE("after a Close nothing is sent") {
    End end;
    end.socket.close();
    end.socket.send("", "more");
    const auto sent = frames_in(end.sent);
    REQUIRE(sent.size() == 1);
    CHECK(sent[0].first == 0x88);
    CHECK(sent[0].payload == "\x03\xe8");
}
