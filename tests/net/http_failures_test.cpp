// SPDX-License-Identifier: Apache-2.0
#include "http_fixture.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

using namespace kdiag;
using namespace kdiag::test;

TEST_CASE("nobody listens: the address and what to look at") {
    const auto transfer = get(quick_settings(), format("http://127.0.0.1:{}/x", closed_port()));
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::network);
    CHECK(contains(transfer.error->message, "127.0.0.1:"));
    CHECK(contains_ignoring_case(transfer.error->message, "connection refused"));
    CHECK_FALSE(transfer.error->help.empty());
    CHECK(transfer.attempts == 1);
}

TEST_CASE("a name that does not exist") {
    const auto transfer = get(quick_settings(), "http://no-such-host.invalid/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::network);
    CHECK(contains(transfer.error->message, "no-such-host.invalid"));
}

TEST_CASE("a server that accepts and says nothing is a timeout, not a wait") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.delay = Duration::seconds(30)}; });
    const auto started = now_utc();
    const auto transfer = get(quick_settings(), server.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::timeout);
    CHECK(now_utc() - started < Duration::seconds(6));
}

TEST_CASE("a server that stops in the middle is a timeout") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = std::string(1000, 'x'), .cut_after = 100, .end = FakeReply::End::stall}; });
    const auto transfer = get(quick_settings(), server.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::timeout);
}

TEST_CASE("a slow server that keeps sending is waited for") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "x", .delay = Duration{700}}; });
    auto settings = quick_settings();
    settings.stall_timeout = Duration::seconds(3);
    CHECK(get(settings, server.url() + "/x").status == 200);
}

TEST_CASE("a connection that breaks in the middle is tried once more when nothing was handed on") {
    for (const auto end : {FakeReply::End::reset, FakeReply::End::close}) {
        std::atomic<int> calls = 0;
        HttpServer server([&](const FakeRequest&) {
            if (calls++ == 0) return FakeReply{.body = std::string(1000, 'x'), .cut_after = 100, .end = end};
            return FakeReply{.body = "whole"};
        });
        const auto transfer = get(quick_settings(), server.url() + "/x");
        REQUIRE_FALSE(transfer.error);
        CHECK(transfer.body == "whole");
        CHECK(transfer.attempts == 2);
    }
}

TEST_CASE("a connection that always breaks is an error after two attempts") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = std::string(1000, 'x'), .cut_after = 100, .end = FakeReply::End::reset}; });
    const auto transfer = get(quick_settings(), server.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.attempts == 2);
    CHECK((transfer.error->kind == ErrorKind::network || transfer.error->kind == ErrorKind::protocol));
}

TEST_CASE("what was handed on is never sent again") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = std::string(1000, 'x'), .cut_after = 100, .end = FakeReply::End::reset}; });
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    std::size_t taken = 0;
    net::Transfer transfer{.request = {.url = server.url() + "/x"}, .on_data = [&](std::string_view bytes) {
                               taken += bytes.size();
                               return net::Flow::go_on;
                           }};
    (*client)->run({&transfer}, {});
    REQUIRE(transfer.error);
    CHECK(server.requests().size() == (taken > 0 ? 1 : 2));
}

TEST_CASE("a Content-Length that promises more than comes is an error") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "short", .claimed_length = 5000}; });
    const auto transfer = get(quick_settings(), server.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::protocol);
}

TEST_CASE("gzip that is cut short or damaged is an error") {
    auto settings = quick_settings();
    settings.compressed = true;
    HttpServer cut([](const FakeRequest&) { return FakeReply{.body = std::string(100000, 'x'), .gzip = true, .cut_after = 60}; });
    CHECK(get(settings, cut.url() + "/x").error);
    HttpServer damaged([](const FakeRequest&) { return FakeReply{.body = "this is no gzip", .headers = {{"Content-Encoding", "gzip"}}}; });
    const auto transfer = get(settings, damaged.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::protocol);
}

TEST_CASE("something that is no HTTP") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.raw = "SSH-2.0-OpenSSH_9.2\r\n"}; });
    const auto transfer = get(quick_settings(), server.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::protocol);
    CHECK(contains(words_of(*transfer.error), "Kubernetes"));
}

TEST_CASE("an endless header is refused") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.raw = "HTTP/1.1 200 OK\r\nX: " + std::string(4u << 20, 'x') + "\r\n\r\n"}; });
    CHECK(get(quick_settings(), server.url() + "/x").error);
}

TEST_CASE("an answer to keep is at most 64 MiB") {
    const std::string block(1u << 20, 'x');
    HttpServer server([&](const FakeRequest&) { return FakeReply{.body = block, .repeat = 70}; });
    const auto transfer = get(quick_settings(), server.url() + "/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::protocol);
    CHECK(transfer.body.size() <= 64u << 20);
}

TEST_CASE("429 with Retry-After is waited for, without it it is not") {
    std::atomic<int> calls = 0;
    HttpServer busy([&](const FakeRequest&) {
        if (calls++ == 0) return FakeReply{.status = 429, .body = "Too many requests", .content_type = "text/plain", .headers = {{"Retry-After", "1"}}};
        return FakeReply{.body = "x"};
    });
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    const auto started = now_utc();
    CHECK(get(**client, busy.url() + "/x").body == "x");
    CHECK(now_utc() - started >= Duration::seconds(1));
    CHECK((*client)->retries() == 1);
    HttpServer always([](const FakeRequest&) { return FakeReply{.status = 429}; });
    CHECK(get(**client, always.url() + "/x").status == 429);
    CHECK(always.requests().size() == 1);
}

TEST_CASE("waiting for Retry-After ends at the deadline") {
    HttpServer busy([](const FakeRequest&) { return FakeReply{.status = 503, .headers = {{"Retry-After", "20"}}}; });
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    const auto started = now_utc();
    const auto transfer = get(**client, busy.url() + "/x", {.deadline = started + Duration{500}});
    CHECK(now_utc() - started < Duration::seconds(4));
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::timeout);
}

TEST_CASE("a redirect is not followed") {
    HttpServer other([](const FakeRequest&) { return FakeReply{.body = "gotcha"}; });
    HttpServer server([&](const FakeRequest&) { return FakeReply{.status = 302, .headers = {{"Location", other.url() + "/steal"}}}; });
    CHECK(get(quick_settings(), server.url() + "/x").status == 302);
    CHECK(other.requests().empty());
}
