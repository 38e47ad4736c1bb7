// SPDX-License-Identifier: Apache-2.0
#include "net/http_fixture.hpp"

#include "util/format.hpp"

#include <atomic>

using namespace kdiag;
using namespace kdiag::test;

namespace {

std::unique_ptr<net::HttpClient> make_client() {
    auto client = net::HttpClient::make(quick_settings(), loop());
    REQUIRE(client);
    return std::move(*client);
}

/// Turns the loop until something holds; fails after ten seconds.
template <class Condition> void turn_until(Condition condition) {
    const auto started = now_utc();
    while (!condition()) {
        REQUIRE(now_utc() - started < Duration::seconds(10));
        loop().turn(Duration{50});
    }
}

constexpr std::size_t k_block = 1u << 20, k_blocks = 64;

/// An endless supply of known bytes that says how much of it went out.
struct Fountain {
    std::string block = std::string(k_block, 'x');
    std::atomic<std::size_t> sent = 0;
    HttpServer server{[this](const FakeRequest&) { return FakeReply{.body = block, .repeat = k_blocks, .on_sent = [this](std::size_t bytes) { sent = bytes; }}; }};
};

} // namespace

TEST_CASE("a paused transfer stops its server, stays paused past the stall limit, and loses nothing when it is resumed") {
    for (const bool endless : {false, true}) {
        CAPTURE(endless);
        Fountain fountain;
        const auto client = make_client();
        std::size_t taken = 0;
        bool ended = false;
        net::Transfer transfer{.request = {.url = fountain.server.url() + "/x", .endless = endless}, .on_data = [&](std::string_view bytes) {
                                   const bool first = taken == 0;
                                   taken += bytes.size();
                                   return first ? net::Flow::pause : net::Flow::go_on;
                               }};
        client->start(transfer, [&](net::Transfer&) { ended = true; });
        turn_until([&] { return taken > 0; });
        const std::size_t before = taken;
        const auto paused = now_utc();
        while (now_utc() - paused < Duration{2500}) loop().turn(Duration{50}); // quick_settings: a stall is one second
        CHECK(taken - before <= 256 * 1024); // what was read already
        CHECK_FALSE(ended);
        CHECK(fountain.sent < 24 * k_block); // what the sockets hold
        client->resume(transfer);
        turn_until([&] { return ended; });
        CHECK_FALSE(transfer.error);
        CHECK(taken == k_block * k_blocks);
    }
}

TEST_CASE("a consumer may pause after every piece") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = std::string(100'000, 'y'), .chunked = true, .piece = 1000}; });
    const auto client = make_client();
    std::string taken;
    bool paused = false, ended = false;
    net::Transfer transfer{.request = {.url = server.url() + "/x"}, .on_data = [&](std::string_view bytes) {
                               taken += bytes;
                               paused = true;
                               return net::Flow::pause;
                           }};
    client->start(transfer, [&](net::Transfer&) { ended = true; });
    turn_until([&] {
        if (paused) {
            paused = false;
            client->resume(transfer);
        }
        return ended;
    });
    CHECK(taken == std::string(100'000, 'y'));
}

TEST_CASE("an endless answer outlives silence, and takes no connection from other requests") {
    HttpServer server([](const FakeRequest& request) {
        if (request.path == "/follow") return FakeReply{.body = "first\n", .chunked = true, .cut_after = 6, .end = FakeReply::End::stall};
        return FakeReply{.body = "done"};
    });
    const auto client = make_client();
    std::vector<std::unique_ptr<net::Transfer>> streams;
    int lines = 0, ended = 0;
    for (int i = 0; i < 5; ++i) {
        streams.push_back(std::make_unique<net::Transfer>(net::Transfer{.request = {.url = server.url() + "/follow", .endless = true}, .on_data = [&](std::string_view) {
                                                                            ++lines;
                                                                            return net::Flow::go_on;
                                                                        }}));
        client->start(*streams.back(), [&](net::Transfer&) { ++ended; });
    }
    turn_until([&] { return lines == 5; });
    const auto silent = now_utc();
    while (now_utc() - silent < Duration{1500}) loop().turn(Duration{50});
    CHECK(ended == 0);
    CHECK(get(*client, server.url() + "/other").body == "done");
    for (const auto& stream : streams) client->cancel(*stream);
    loop().turn(Duration{0});
    CHECK(ended == 0);
}

TEST_CASE("a transfer may be cancelled, and another one started, from inside its own consumer") {
    Fountain fountain;
    const auto client = make_client();
    bool second_ended = false, first_ended = false;
    net::Transfer second{.request = {.url = fountain.server.url() + "/second"}, .on_data = [](std::string_view) { return net::Flow::go_on; }};
    auto first = std::make_unique<net::Transfer>();
    first->request.url = fountain.server.url() + "/first";
    first->on_data = [&](std::string_view) {
        client->start(second, [&](net::Transfer&) { second_ended = true; });
        client->cancel(*first);
        return net::Flow::go_on;
    };
    client->start(*first, [&](net::Transfer&) { first_ended = true; });
    turn_until([&] { return second_ended; });
    CHECK_FALSE(first_ended);
    CHECK_FALSE(second.error);
    client->cancel(second); // it has ended: nothing happens
}

TEST_CASE("a client that goes away ends what is under way") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.delay = Duration::seconds(30)}; });
    bool ended = false;
    net::Transfer transfer{.request = {.url = server.url() + "/x"}};
    {
        const auto client = make_client();
        client->start(transfer, [&](net::Transfer&) { ended = true; });
        loop().turn(Duration{50});
    }
    loop().turn(Duration{50});
    CHECK_FALSE(ended);
}

TEST_CASE("a body is sent with its method, and what may have been done is not done twice") {
    std::atomic<int> calls = 0;
    HttpServer server([&](const FakeRequest& request) {
        ++calls;
        CHECK(request.method == "PATCH");
        CHECK(request.header("content-length") == "11");
        return FakeReply{.status = 201, .body = "{\"kind\":\"Pod\"}", .claimed_length = 100, .cut_after = 5};
    });
    const auto client = make_client();
    net::Transfer transfer{.request = {.url = server.url() + "/x", .headers = {"Content-Type: application/json"}, .method = "PATCH", .body = "{\"spec\":{}}"}};
    client->run({&transfer}, {});
    CHECK(transfer.error);
    CHECK(transfer.connection_lost);
    CHECK(calls == 1);
}
