// SPDX-License-Identifier: Apache-2.0
#include "client_fixture.hpp"

using namespace kdiag;
using namespace kdiag::test;

TEST_CASE("escape leaves only unreserved characters") {
    CHECK(client::escape("a-b_c.d~E9") == "a-b_c.d~E9");
    CHECK(client::escape("app=web,tier in (a, b)/x\xc3\xa9") == "app%3Dweb%2Ctier%20in%20%28a%2C%20b%29%2Fx%C3%A9");
}

TEST_CASE("a request says what it accepts, who asks and for whom") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "{}"}; }, server_identity());
    auto config = config_for(server);
    config.server += "/k8s/clusters/c-1"; // a prefix, as gateways have
    config.token = Secret("sesame");
    config.impersonation = {.user = "bob", .uid = "7", .groups = {"ops", "dev"}, .extra = {{"example.com/scope", "a"}, {"example.com/scope", "b"}}};
    REQUIRE(client_for(config)->get_json({.path = "/version", .doing = "ask"}));
    REQUIRE(server.requests().size() == 1);
    const auto request = server.requests()[0];
    CHECK(request.target == "/k8s/clusters/c-1/version");
    CHECK(request.header("accept") == "application/json");
    CHECK(request.header("user-agent").starts_with("kdiag/"));
    CHECK(request.header("authorization") == "Bearer sesame");
    CHECK(request.header("impersonate-user") == "bob");
    CHECK(request.header("impersonate-uid") == "7");
    CHECK(request.all("impersonate-group") == std::vector<std::string>{"ops", "dev"});
    CHECK(request.all("impersonate-extra-example.com%2fscope") == std::vector<std::string>{"a", "b"});
}

TEST_CASE("headers cannot be smuggled in") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "{}"}; }, server_identity());
    auto config = config_for(server);
    config.impersonation.user = "bob\r\nX-Evil: 1";
    CHECK_FALSE(client::ApiClient::make(config, "", {}));
    config = config_for(server);
    config.token = Secret("sesame\r\nX-Evil: 1");
    const auto answer = client_for(config)->get_json({.path = "/version", .doing = "ask"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::config);
    CHECK_FALSE(contains(words_of(answer.error()), "sesame"));
    CHECK(server.requests().empty());
}

TEST_CASE("a list is read page by page") {
    HttpServer server([](const FakeRequest& request) {
        CHECK(request.query.at("labelSelector") == "app=web");
        CHECK(request.query.at("limit") == "500");
        const auto token = request.query.find("continue");
        if (token == request.query.end()) return FakeReply{.body = R"({"metadata":{"continue":"eyJ2+/="},"items":[{"metadata":{"name":"a"}}]})"};
        CHECK(token->second == "eyJ2+/=");
        return FakeReply{.body = R"({"metadata":{},"items":[{"metadata":{"name":"b"}}]})"};
    });
    const auto items = client_for(config_for(server))->get_items({.path = "/api/v1/pods?labelSelector=app%3Dweb", .doing = "list pods"});
    REQUIRE(items);
    REQUIRE(items->size() == 2);
    CHECK((*items)[1].at("metadata", "name").as_string() == "b");
}

TEST_CASE("an expired page token goes on with the fresh one, and nothing comes twice") {
    HttpServer server([](const FakeRequest& request) {
        const auto token = request.query.find("continue");
        if (token == request.query.end()) return FakeReply{.body = R"({"metadata":{"continue":"old"},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]})"};
        if (token->second == "old")
            return FakeReply{.status = 410, .body = R"({"kind":"Status","metadata":{"continue":"fresh"},"status":"Failure","reason":"Expired","code":410})"};
        return FakeReply{.body = R"({"metadata":{},"items":[{"metadata":{"name":"b"}},{"metadata":{"name":"c"}}]})"};
    });
    const auto items = client_for(config_for(server))->get_items({.path = "/api/v1/pods", .doing = "list pods"});
    REQUIRE(items);
    CHECK(items->size() == 3);
    CHECK(server.requests().size() == 3);
}

TEST_CASE("an expired page token without a fresh one starts again, once") {
    HttpServer server([](const FakeRequest& request) {
        if (request.query.contains("continue")) return status_reply(410, "Expired", "too old");
        return FakeReply{.body = R"({"metadata":{"continue":"old"},"items":[{"metadata":{"name":"a"}}]})"};
    });
    const auto items = client_for(config_for(server))->get_items({.path = "/api/v1/pods", .doing = "list pods"});
    REQUIRE_FALSE(items);
    CHECK(items.error().kind == ErrorKind::gone);
    CHECK(server.requests().size() == 4);
}

TEST_CASE("a server that turns in circles is left") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = R"({"metadata":{"continue":"same"},"items":[]})"}; });
    const auto items = client_for(config_for(server))->get_items({.path = "/api/v1/pods", .doing = "list pods"});
    REQUIRE_FALSE(items);
    CHECK(items.error().kind == ErrorKind::protocol);
    CHECK(server.requests().size() == 2);
}

TEST_CASE("nothing is asked of a server once interrupted") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.delay = Duration::seconds(20)}; });
    const std::atomic<bool> interrupted = true;
    auto client = client::ApiClient::make(config_for(server), "", {}, &interrupted);
    REQUIRE(client);
    const auto answer = (*client)->get_json({.path = "/version", .doing = "ask"});
    REQUIRE_FALSE(answer);
    CHECK(answer.error().kind == ErrorKind::interrupted);
}
