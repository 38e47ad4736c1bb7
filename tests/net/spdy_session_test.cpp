// SPDX-License-Identifier: Apache-2.0
#include "net/spdy_session.hpp"

#include "support/spdy_peer.hpp"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

using namespace kdiag;
using namespace kdiag::net;
using kdiag::test::spdy_control;
using kdiag::test::spdy_data;

namespace {

struct End {
    std::string sent;
    std::vector<std::string> happened;
    std::map<SpdySession::StreamId, std::string> received;
    SpdySession session{[this](std::string bytes) { sent += bytes; },
                        {.on_reply = [this](auto id) { happened.push_back("reply " + std::to_string(id)); },
                         .on_data = [this](auto id, auto bytes) { received[id] += bytes; },
                         .on_end = [this](auto id) { happened.push_back("end " + std::to_string(id)); },
                         .on_reset = [this](auto id, auto status) { happened.push_back("reset " + std::to_string(id) + " " + std::to_string(status)); }}};
};

std::string u32(std::uint32_t value) {
    return {static_cast<char>(value >> 24), static_cast<char>(value >> 16), static_cast<char>(value >> 8), static_cast<char>(value)};
}

} // namespace

TEST_CASE("what a client sends is what a SPDY/3 reader understands") {
    End end;
    CHECK(end.session.open({{"streamtype", "error"}, {"port", "80"}, {"requestid", "0"}}) == 1);
    end.session.end(1);
    CHECK(end.session.open({{"streamtype", "data"}, {"port", "80"}, {"requestid", "0"}}) == 3);
    end.session.send(3, "hello");
    end.session.reset(3, SpdySession::k_cancel);
    test::SpdyReader reader; // inflates with zlib and the protocol's dictionary, as servers do
    const auto frames = reader.read(end.sent);
    REQUIRE(frames.size() == 5);
    CHECK(frames[0].type == 1);
    CHECK(frames[0].stream == 1);
    CHECK(frames[0].headers == std::map<std::string, std::string>{{"streamtype", "error"}, {"port", "80"}, {"requestid", "0"}});
    CHECK(frames[1].stream == 1);
    CHECK(frames[1].fin);
    CHECK(frames[2].headers.at("streamtype") == "data");
    CHECK(frames[3].payload == "hello");
    CHECK_FALSE(frames[3].fin);
    CHECK(frames[4].type == 3);
    CHECK(frames[4].status == 5);
}

TEST_CASE("large data goes out in frames of 32 KiB") {
    End end;
    const auto id = end.session.open({{"streamtype", "stdin"}});
    std::string payload;
    for (int i = 0; i < 100'000; ++i) payload += static_cast<char>(i * 7);
    end.session.send(id, payload);
    test::SpdyReader reader;
    std::string joined;
    for (const auto& frame : reader.read(end.sent)) {
        CHECK(frame.payload.size() <= 32 * 1024);
        joined += frame.payload;
    }
    CHECK(joined == payload);
}

TEST_CASE("frames are understood however the bytes arrive") {
    const std::string bytes = spdy_control(2, 0, u32(1) + test::spdy_empty_headers(true)) + spdy_control(2, 0, u32(3) + test::spdy_empty_headers(false)) + spdy_data(3, 0, "hel") +
                              spdy_control(4, 0, u32(0)) + spdy_data(3, 0, "lo") + spdy_control(9, 0, u32(3) + u32(1000)) + spdy_data(1, 1, "") + spdy_data(3, 1, "!") +
                              spdy_control(3, 0, u32(3) + u32(5)) + spdy_control(7, 0, u32(3) + u32(0));
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        End end;
        end.session.open({});
        end.session.open({});
        for (std::size_t at = 0; at < bytes.size(); at += piece) REQUIRE(end.session.receive(std::string_view(bytes).substr(at, piece)));
        CHECK(end.happened == std::vector<std::string>{"reply 1", "reply 3", "end 1", "end 3", "reset 3 5"});
        CHECK(end.received[3] == "hello!");
        CHECK(end.session.going_away());
    }
}

TEST_CASE("pings of the server are answered, those of our own are not") {
    End end;
    REQUIRE(end.session.receive(spdy_control(6, 0, u32(2)) + spdy_control(6, 0, u32(1))));
    CHECK(end.sent == spdy_control(6, 0, u32(2)));
}

TEST_CASE("streams that were never opened are dropped, and those a server opens are refused") {
    End end;
    end.session.open({});
    end.sent.clear();
    REQUIRE(end.session.receive(spdy_data(7, 1, "x") + spdy_data(2, 1, "x") + spdy_data(0, 1, "x") + spdy_control(2, 0, u32(9)) + spdy_control(3, 0, u32(8) + u32(1)) +
                                spdy_control(1, 0, u32(2) + u32(0) + std::string(2, '\0'))));
    CHECK(end.happened.empty());
    CHECK(end.received.empty());
    CHECK(end.sent == spdy_control(3, 0, u32(2) + u32(3)));
}

TEST_CASE("what is no SPDY/3 is an error, and unknown frames of any size are skipped") {
    for (const auto& bytes : {std::string("\x80\x02\x00\x02\x00\x00\x00\x04", 8), spdy_control(2, 0, "ab"), spdy_control(3, 0, u32(1)), spdy_control(6, 0, ""), std::string("\xff\xff\xff\xff\xff\xff\xff\xff", 8)}) {
        End end;
        const auto status = end.session.receive(bytes);
        REQUIRE_FALSE(status);
        CHECK(status.error().kind == ErrorKind::protocol);
    }
    End end;
    end.session.open({});
    REQUIRE(end.session.receive(spdy_control(77, 0, std::string(1 << 20, 'x')) + spdy_data(1, 0, "after")));
    CHECK(end.received[1] == "after");
}

TEST_CASE("SPDY pings have odd numbers, and a minute of silence is a lost connection") {
    End end;
    for (int second = 0; second < 59; ++second) REQUIRE(end.session.passed(Duration::seconds(1), false));
    CHECK(end.sent == spdy_control(6, 0, u32(1)) + spdy_control(6, 0, u32(3)) + spdy_control(6, 0, u32(5)) + spdy_control(6, 0, u32(7)) + spdy_control(6, 0, u32(9)));
    CHECK_FALSE(end.session.passed(Duration::seconds(1), false));
}
