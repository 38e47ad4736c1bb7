// SPDX-License-Identifier: Apache-2.0
#include "client_fixture.hpp"

#include "client/api_status.hpp"

using namespace kdiag;
using namespace kdiag::test;

namespace {

Error error_for(FakeReply reply) {
    HttpServer server([&](const FakeRequest&) { return reply; });
    auto answer = client_for(config_for(server))->get_json({.path = "/api/v1/namespaces/shop/pods/web", .doing = "get pod web"});
    REQUIRE_FALSE(answer);
    return std::move(answer).error();
}

} // namespace

TEST_CASE("every refusal has its kind, the server's words and something to do") {
    struct Case {
        FakeReply reply;
        ErrorKind kind;
        const char* words;
    };
    const std::vector<Case> cases = {
        {status_reply(401, "Unauthorized", "Unauthorized"), ErrorKind::authentication, "does not know who you are"},
        {status_reply(403, "Forbidden", R"(pods is forbidden: User \"bob\" cannot get)", R"({"kind":"pods"})"), ErrorKind::forbidden, "User \"bob\" cannot get"},
        {status_reply(404, "NotFound", R"(pods \"web\" not found)", R"({"name":"web","kind":"pods"})"), ErrorKind::not_found, "not found"},
        {status_reply(410, "Expired", "too old"), ErrorKind::gone, "too old"},
        {status_reply(500, "InternalError", "etcdserver: leader changed"), ErrorKind::server, "leader changed"},
        {status_reply(503, "ServiceUnavailable", "the server is currently unable"), ErrorKind::server, "unable"},
        {status_reply(504, "Timeout", "request timed out"), ErrorKind::timeout, "timed out"},
        {{.status = 429, .body = "Too many requests, please try again later.\n", .content_type = "text/plain"}, ErrorKind::timeout, "too busy"},
        {{.status = 404, .body = "404 page not found\n", .content_type = "text/plain"}, ErrorKind::not_found, "404 page not found"},
        {{.status = 502, .body = "<html><head><title>502 Bad Gateway</title>", .content_type = "text/html"}, ErrorKind::protocol, "web page"},
        {{.status = 200, .body = "<!DOCTYPE html><html>sign in</html>", .content_type = "text/html"}, ErrorKind::protocol, "web page"},
        {{.status = 200, .body = "{\"kind\":\"Pod\",\"meta"}, ErrorKind::protocol, "no JSON"},
        {{.status = 200, .body = "[]"}, ErrorKind::protocol, "no JSON object"},
        {{.status = 200, .body = ""}, ErrorKind::protocol, "no JSON"},
        {{.status = 302, .headers = {{"Location", "https://elsewhere.example.com"}}}, ErrorKind::protocol, "redirects"},
        {{.status = 500, .body = ""}, ErrorKind::server, "500"},
    };
    for (const auto& [reply, kind, words] : cases) {
        CAPTURE(reply.status);
        CAPTURE(reply.body);
        const auto error = error_for(reply);
        CHECK(to_string(error.kind) == to_string(kind));
        CHECK_MESSAGE(contains(words_of(error), words), words_of(error));
    }
}

TEST_CASE("gzip that ends too early is no answer") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = R"({"kind":"Pod","metadata":{"name":"web"}})", .gzip = true, .claimed_length = 30, .cut_after = 30}; });
    CHECK_FALSE(client_for(config_for(server))->get_json({.path = "/x", .doing = "get x"}));
}

TEST_CASE("a 404 about the API is told from one about an object") {
    HttpServer server([](const FakeRequest& request) {
        if (request.path == "/text") return FakeReply{.status = 404, .body = "404 page not found\n", .content_type = "text/plain"};
        if (request.path == "/api") return status_reply(404, "NotFound", "the server could not find the requested resource");
        return status_reply(404, "NotFound", "gone", R"({"name":"web"})");
    });
    auto client = client_for(config_for(server));
    const auto answers = client->get_all({{.path = "/text", .doing = "a"}, {.path = "/api", .doing = "b"}, {.path = "/object", .doing = "c"}}, {});
    REQUIRE(answers);
    CHECK((*answers)[0].unserved);
    CHECK((*answers)[1].unserved);
    CHECK_FALSE((*answers)[2].unserved);
}

TEST_CASE("a server that cannot be reached is tried once, not once for every request") {
    config::ClusterConfig config;
    config.server = format("http://127.0.0.1:{}", closed_port());
    auto client = client_for(config);
    std::vector<client::ApiRequest> requests(20, {.path = "/x", .doing = "ask"});
    const auto answers = client->get_all(requests, {.concurrency = 1});
    REQUIRE(answers);
    REQUIRE(answers->size() == 20);
    for (const auto& answer : *answers) {
        REQUIRE(answer.error);
        CHECK(answer.error->kind == ErrorKind::network);
    }
    CHECK(client->requests() == 1);
}
