// SPDX-License-Identifier: Apache-2.0
#include "client_fixture.hpp"

#include "support/temporary_folder.hpp"

using namespace kdiag;
using namespace kdiag::test;

namespace {

template <class Condition> void turn_until(client::ApiClient& client, Condition condition) {
    const auto started = now_utc();
    while (!condition()) {
        REQUIRE(now_utc() - started < Duration::seconds(10));
        client.loop().turn(Duration{50});
    }
}

} // namespace

TEST_CASE("an open request hands on what comes, pauses, and tells its end once") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "one\ntwo\n", .chunked = true, .piece = 4}; }, server_identity());
    const auto client = client_for(config_for(server));
    std::string taken;
    int ends = 0;
    std::unique_ptr<client::OpenRequest> request;
    auto opened = client->open({.path = "/log", .doing = "read a log", .on_data = [&](std::string_view bytes) {
                                    taken += bytes;
                                    client->loop().post([&] { request->resume(); });
                                    return net::Flow::pause;
                                }},
                               [&](client::ApiAnswer answer) {
                                   ++ends;
                                   CHECK_FALSE(answer.error);
                                   request.reset();
                               });
    REQUIRE(opened);
    request = std::move(*opened);
    turn_until(*client, [&] { return ends > 0; });
    CHECK(taken == "one\ntwo\n");
    CHECK(ends == 1);
    CHECK(request == nullptr);
}

TEST_CASE("an open request that is refused tries a newer credential, once") {
    TemporaryFolder folder;
    const std::string token = folder.write("token", "old");
    HttpServer server(
        [&](const FakeRequest& request) {
            if (request.header("authorization") == "Bearer new") return FakeReply{.body = "here"};
            folder.write("token", "new");
            return status_reply(401, "Unauthorized", "Unauthorized");
        },
        server_identity());
    auto config = config_for(server);
    config.token_file = token;
    const auto client = client_for(config);
    std::optional<client::ApiAnswer> end;
    std::string taken;
    const auto request = client->open({.path = "/log", .doing = "read a log", .on_data = [&](std::string_view bytes) {
                                           taken += bytes;
                                           return net::Flow::go_on;
                                       }},
                                      [&](client::ApiAnswer answer) { end = std::move(answer); });
    REQUIRE(request);
    turn_until(*client, [&] { return end.has_value(); });
    CHECK_FALSE(end->error);
    CHECK(taken == "here");
    CHECK(server.requests().size() == 2);
}

TEST_CASE("a change is sent with its body, and its answer may be any success") {
    HttpServer server(
        [](const FakeRequest& request) {
            CHECK(request.method == "POST");
            CHECK(request.header("content-type") == "application/json");
            CHECK(request.header("content-length") == "2");
            return FakeReply{.status = 201, .body = "{\"kind\":\"Pod\"}"};
        },
        server_identity());
    const auto client = client_for(config_for(server));
    const auto answer = client->send({.path = "/api/v1/namespaces/shop/pods", .doing = "create a pod", .method = "POST", .content_type = "application/json", .body = "{}"});
    REQUIRE(answer);
    CHECK_FALSE(answer->error);
    CHECK(answer->status == 201);
    CHECK(answer->body == "{\"kind\":\"Pod\"}");
}

TEST_CASE("a change that is refused says why") {
    HttpServer server([](const FakeRequest&) { return status_reply(403, "Forbidden", "pods is forbidden"); }, server_identity());
    const auto client = client_for(config_for(server));
    const auto answer = client->send({.path = "/api/v1/namespaces/shop/pods", .doing = "create a pod", .method = "POST", .content_type = "application/json", .body = "{}"});
    REQUIRE(answer);
    REQUIRE(answer->error);
    CHECK(answer->error->kind == ErrorKind::forbidden);
}
