// SPDX-License-Identifier: Apache-2.0
#include "http_fixture.hpp"

#include "util/format.hpp"

using namespace kdiag;
using namespace kdiag::test;

TEST_CASE("display_url shows no user info, no query, no fragment") {
    CHECK(net::display_url("https://ana:secret@api.example.com:6443/api/v1?token=secret") == "https://api.example.com:6443/api/v1");
    CHECK(net::display_url("https://ana:p%40ss@host") == "https://host");
    CHECK(net::display_url("https://a:b@c@host/x") == "https://host/x");
    CHECK(net::display_url("http://ana:secret@proxy:3128") == "http://proxy:3128");
    CHECK(net::display_url("https://host/a@b") == "https://host/a@b");
    CHECK(net::display_url("https://host/a#token=secret") == "https://host/a");
}

TEST_CASE("an answer comes with its status, headers and body") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "{}", .headers = {{"X-Test", "  yes "}}}; });
    const auto transfer = get(quick_settings(), server.url() + "/version?a=1");
    REQUIRE_FALSE(transfer.error);
    CHECK(transfer.status == 200);
    CHECK(transfer.body == "{}");
    CHECK(transfer.header("x-test") == "yes");
    REQUIRE(server.requests().size() == 1);
    CHECK(server.requests()[0].target == "/version?a=1");
    CHECK(server.requests()[0].header("user-agent") == "kdiag/test");
}

TEST_CASE("a body in single bytes arrives whole and in order") {
    std::string body;
    for (int i = 0; i < 300; ++i) body += format("{},", i);
    HttpServer server([&](const FakeRequest&) { return FakeReply{.body = body, .chunked = true, .piece = 1}; });
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    std::string taken;
    net::Transfer transfer{.request = {.url = server.url() + "/x"}, .on_data = [&](std::string_view bytes) {
                               taken += bytes;
                               return net::Flow::go_on;
                           }};
    (*client)->run({&transfer}, {});
    REQUIRE_FALSE(transfer.error);
    CHECK(taken == body);
    CHECK(transfer.body.empty());
    CHECK((*client)->bytes() == body.size());
}

TEST_CASE("gzip is asked for and undone") {
    HttpServer server([](const FakeRequest& request) {
        CHECK(request.header("accept-encoding") == "gzip");
        return FakeReply{.body = std::string(10000, 'x'), .gzip = true};
    });
    auto settings = quick_settings();
    settings.compressed = true;
    const auto transfer = get(settings, server.url() + "/x");
    REQUIRE_FALSE(transfer.error);
    CHECK(transfer.body == std::string(10000, 'x'));
}

TEST_CASE("several requests are in flight, never more than allowed") {
    std::atomic<int> at_once = 0, most = 0;
    HttpServer server([&](const FakeRequest&) { return FakeReply{.body = "x", .delay = Duration{50}}; });
    auto settings = quick_settings();
    settings.max_connections = 4;
    auto client = net::HttpClient::make(settings, loop());
    REQUIRE(client);
    std::vector<net::Transfer> transfers(12);
    std::vector<net::Transfer*> pointers;
    for (auto& transfer : transfers) {
        transfer.request.url = server.url() + "/x";
        pointers.push_back(&transfer);
    }
    std::size_t done = 0;
    const auto started = now_utc();
    (*client)->run(pointers, {.concurrency = 4, .on_done = [&](const net::Transfer&) { ++done; }});
    const auto took = now_utc() - started;
    for (const auto& transfer : transfers) CHECK(transfer.status == 200);
    CHECK(done == 12);
    CHECK(took < Duration{12 * 50});
    CHECK(server.connections() <= 4);
}

TEST_CASE("a slow consumer slows the server: a large body needs no memory") {
    const std::string block(1u << 20, 'x');
    std::atomic<std::size_t> sent = 0;
    HttpServer server([&](const FakeRequest&) { return FakeReply{.body = block, .repeat = 64, .on_sent = [&](std::size_t bytes) { sent = bytes; }}; });
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    std::size_t taken = 0, widest = 0;
    net::Transfer transfer{.request = {.url = server.url() + "/x"}, .on_data = [&](std::string_view bytes) {
                               taken += bytes.size();
                               const std::size_t ahead = sent.load() > taken ? sent.load() - taken : 0;
                               widest = std::max(widest, ahead);
                               return net::Flow::go_on;
                           }};
    (*client)->run({&transfer}, {});
    REQUIRE_FALSE(transfer.error);
    CHECK(taken == block.size() * 64);
    CHECK(widest < 24u << 20); // what the sockets hold
}

TEST_CASE("a consumer's error ends the transfer and is what is reported") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = std::string(100000, 'x')}; });
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    net::Transfer transfer{.request = {.url = server.url() + "/x"},
                           .on_data = [](std::string_view) { return Result<net::Flow>(Error{.kind = ErrorKind::decode, .message = "no such thing"}); }};
    (*client)->run({&transfer}, {});
    REQUIRE(transfer.error);
    CHECK(transfer.error->message == "no such thing");
    CHECK(server.requests().size() == 1);
}

TEST_CASE("the interrupt flag ends everything at once") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.delay = Duration::seconds(30)}; });
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    const std::atomic<bool> interrupted = true;
    const auto transfer = get(**client, server.url() + "/x", {.interrupted = &interrupted});
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::interrupted);
}

TEST_CASE("the deadline of all requests together is kept") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.delay = Duration::seconds(30)}; });
    auto settings = quick_settings();
    settings.stall_timeout = {};
    auto client = net::HttpClient::make(settings, loop());
    REQUIRE(client);
    const auto started = now_utc();
    const auto transfer = get(**client, server.url() + "/x", {.deadline = started + Duration{300}});
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::timeout);
    CHECK(now_utc() - started < Duration::seconds(3));
    // The client is still good for another request.
    HttpServer other([](const FakeRequest&) { return FakeReply{.body = "x"}; });
    CHECK(get(**client, other.url() + "/y").status == 200);
}
