// SPDX-License-Identifier: Apache-2.0
#include "net/stream_offer.hpp"
#include "net/upgrade_request.hpp"
#include "net/upgrade_response.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::net;

namespace {

/// The answer as read when it comes in pieces of this size; the connection ends after it when `ends`.
UpgradeResponseParser parsed(std::string_view bytes, std::size_t piece, bool ends = false) {
    UpgradeResponseParser parser;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) REQUIRE(parser.feed(bytes.substr(0, piece)));
    if (ends) REQUIRE(parser.end_of_input());
    return parser;
}

std::string refusal_of(std::string_view bytes) {
    UpgradeResponseParser parser;
    const auto status = parser.feed(bytes);
    return status ? "" : status.error().message;
}

} // namespace

TEST_CASE("an upgrade request names host, protocol and credentials") {
    const auto text = write_upgrade_request({.method = "GET", .url = "https://10.0.0.1:6443/prefix/api/v1/x?stdout=true", .protocol = "websocket",
                                             .headers = {"Sec-WebSocket-Version: 13"}, .authorization = Secret("Bearer abc")});
    CHECK(text == "GET /prefix/api/v1/x?stdout=true HTTP/1.1\r\nHost: 10.0.0.1:6443\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                  "Authorization: Bearer abc\r\n\r\n");
}

TEST_CASE("a POST says that it has no body, and nothing secret travels over http") {
    const auto text = write_upgrade_request({.method = "POST", .url = "http://[::1]:8080/x", .protocol = "SPDY/3.1", .authorization = Secret("Bearer abc")});
    CHECK(text == "POST /x HTTP/1.1\r\nHost: [::1]:8080\r\nConnection: Upgrade\r\nUpgrade: SPDY/3.1\r\nContent-Length: 0\r\n\r\n");
}

TEST_CASE("the answer to a WebSocket key is that of RFC 6455 1.3") {
    CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("only what was offered is agreed to") {
    const WebsocketOffer offer({"v5.channel.k8s.io", "v4.channel.k8s.io"});
    const auto headers = offer.headers();
    REQUIRE(headers.size() == 3);
    CHECK(headers[2] == "Sec-WebSocket-Protocol: v5.channel.k8s.io, v4.channel.k8s.io");
    const std::string key = headers[1].substr(headers[1].find(' ') + 1);
    CHECK(key.size() == 24);
    CHECK(WebsocketOffer({}).headers()[1] != headers[1]);
    const UpgradeResponse good{.status = 101, .headers = {{"upgrade", "WebSocket"}, {"sec-websocket-accept", websocket_accept(key)}, {"sec-websocket-protocol", "v4.channel.k8s.io"}}};
    REQUIRE(offer.agreed(good));
    CHECK(*offer.agreed(good) == "v4.channel.k8s.io");
    const auto refused = [&](std::size_t which, std::string value) {
        auto bad = good;
        bad.headers[which].second = std::move(value);
        return !offer.agreed(bad);
    };
    CHECK(refused(0, "SPDY/3.1"));
    CHECK(refused(1, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    CHECK(refused(2, "channel.k8s.io"));
    CHECK(refused(2, ""));
    auto extended = good;
    extended.headers.emplace_back("sec-websocket-extensions", "permessage-deflate");
    CHECK(!offer.agreed(extended));
}

TEST_CASE("SPDY is agreed to in its version and no other") {
    const SpdyOffer offer("v4.channel.k8s.io");
    CHECK(offer.headers() == std::vector<std::string>{"X-Stream-Protocol-Version: v4.channel.k8s.io"});
    CHECK(offer.agreed({.status = 101, .headers = {{"upgrade", "SPDY/3.1"}, {"x-stream-protocol-version", "v4.channel.k8s.io"}}}));
    CHECK(!offer.agreed({.status = 101, .headers = {{"upgrade", "SPDY/3.1"}}}));
    CHECK(!offer.agreed({.status = 101, .headers = {{"upgrade", "SPDY/3.1"}, {"x-stream-protocol-version", "v2.channel.k8s.io"}}}));
    CHECK(!offer.agreed({.status = 101, .headers = {{"upgrade", "websocket"}, {"x-stream-protocol-version", "v4.channel.k8s.io"}}}));
}

TEST_CASE("what follows a 101 belongs to the other protocol, however the bytes arrive") {
    const std::string bytes = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol:  v5.channel.k8s.io \r\n\r\n\x82\x01\x01";
    for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
        auto parser = parsed(bytes, piece);
        REQUIRE(parser.done());
        CHECK(parser.response().status == 101);
        CHECK(parser.response().header("sec-websocket-protocol") == "v5.channel.k8s.io");
        CHECK(parser.take_rest() == "\x82\x01\x01");
    }
}

TEST_CASE("a refusal has a body by length, in chunks, or until the end") {
    for (const std::size_t piece : {1u, 3u, 1000u}) {
        auto by_length = parsed("HTTP/1.1 404 Not Found\r\nContent-Length: 5\r\n\r\nhello", piece);
        CHECK(by_length.done());
        CHECK(by_length.response().body == "hello");
        auto chunked = parsed("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n3;name=value\r\nhel\r\n2\r\nlo\r\n0\r\nTrailer: x\r\n\r\n", piece);
        CHECK(chunked.done());
        CHECK(chunked.response().body == "hello");
        auto until_end = parsed("HTTP/1.1 502 Bad Gateway\r\n\r\nhello", piece, true);
        CHECK(until_end.done());
        CHECK(until_end.response().body == "hello");
    }
    CHECK(parsed("HTTP/1.1 204 No Content\r\n\r\n", 9).done());
    CHECK(parsed("HTTP/1.1 403\r\nContent-Length: 0\r\n\r\n", 9).done());
}

TEST_CASE("a bare 403 as old servers refuse a protocol") {
    auto parser = parsed("HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n", 7);
    CHECK_FALSE(parser.done());
    REQUIRE(parser.end_of_input());
    CHECK(parser.done());
    CHECK(parser.response().status == 403);
    CHECK(parser.response().body.empty());
}

TEST_CASE("interim answers are passed over") {
    auto parser = parsed("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 101 Switching Protocols\r\nUpgrade: SPDY/3.1\r\n\r\nrest", 5);
    CHECK(parser.response().status == 101);
    CHECK(parser.response().header("link").empty());
    CHECK(parser.take_rest() == "rest");
}

TEST_CASE("a body that breaks off still says what it said") {
    CHECK(parsed("HTTP/1.1 500 X\r\nContent-Length: 500\r\n\r\npart", 9, true).response().body == "part");
    CHECK(parsed("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n64\r\npart", 9, true).response().body == "part");
}

TEST_CASE("a connection that breaks off at any byte of the head is an error") {
    const std::string head = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n";
    for (std::size_t cut = 0; cut < head.size(); ++cut) {
        UpgradeResponseParser parser;
        REQUIRE(parser.feed(head.substr(0, cut)));
        const auto status = parser.end_of_input();
        REQUIRE_FALSE(status);
        CHECK(status.error().kind == ErrorKind::network);
    }
}

TEST_CASE("bytes that are no HTTP are an error at once") {
    CHECK(refusal_of("SSH-2.0-OpenSSH_9.2\r\n").find("no HTTP") != std::string::npos);
    CHECK(refusal_of("HTTP/2 101 X\r\n\r\n").find("status line") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 abc\r\n\r\n").find("status line") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 101\r\nno colon\r\n\r\n").find("header is malformed") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 101\r\nA: b\r\n folded\r\n\r\n").find("header is malformed") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 101\r\nA: b\nC: d\r\n\r\n").find("control character") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 500 X\r\nContent-Length: -1\r\n\r\n").find("Content-Length") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n").find("chunk") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n").find("chunk") != std::string::npos);
    CHECK(refusal_of("HTTP/1.1 500 X\r\nTransfer-Encoding: chunked\r\n\r\n" + std::string(5000, '0')).find("does not end") != std::string::npos);
}

TEST_CASE("heads and bodies of any size are bounded") {
    CHECK(refusal_of("HTTP/1.1 101 X\r\nA: " + std::string(70'000, 'x')).find("64 KiB") != std::string::npos);
    const auto parser = parsed("HTTP/1.1 500 X\r\n\r\n" + std::string(200'000, 'x'), 10'000);
    CHECK(parser.done());
    CHECK(parser.response().body.size() == 64 * 1024);
}
