// SPDX-License-Identifier: Apache-2.0
#include "http_fixture.hpp"

#include "support/connect_proxy.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <cstdlib>
#include <map>

using namespace kdiag;
using namespace kdiag::test;

TEST_CASE("a proxy is given the request, and its own credentials") {
    HttpServer proxy([](const FakeRequest&) { return FakeReply{.body = "through"}; });
    auto settings = quick_settings();
    settings.proxy = format("http://ana:sesame@127.0.0.1:{}", proxy.port());
    CHECK(get(settings, "http://api.invalid/x").body == "through");
    REQUIRE(proxy.requests().size() == 1);
    CHECK(proxy.requests()[0].target == "http://api.invalid/x");
    CHECK(proxy.requests()[0].header("proxy-authorization") == "Basic YW5hOnNlc2FtZQ==");
}

TEST_CASE("a proxy that refuses is named without its password, and never sees the token") {
    HttpServer proxy([](const FakeRequest&) { return FakeReply{.status = 403}; });
    auto settings = trusting_settings();
    settings.proxy = format("http://ana:sesame@127.0.0.1:{}", proxy.port());
    auto client = net::HttpClient::make(settings, loop());
    REQUIRE(client);
    net::Transfer transfer{.request = {.url = "https://api.invalid:6443/x", .headers = {"Impersonate-User: bob"}, .authorization = Secret("Bearer open-sesame")}};
    (*client)->run({&transfer}, {});
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::network);
    CHECK(contains(transfer.error->message, format("http://127.0.0.1:{} will not connect to api.invalid:6443 (403)", proxy.port())));
    CHECK_FALSE(contains(words_of(*transfer.error), "sesame"));
    REQUIRE(proxy.requests().size() == 1);
    CHECK(proxy.requests()[0].method == "CONNECT");
    CHECK(proxy.requests()[0].header("authorization").empty());
    CHECK(proxy.requests()[0].header("impersonate-user").empty());
}

TEST_CASE("a proxy that is not there is told from a server that is not there") {
    auto settings = quick_settings();
    settings.proxy = format("http://127.0.0.1:{}", closed_port());
    const auto transfer = get(settings, "http://api.invalid/x");
    REQUIRE(transfer.error);
    CHECK(transfer.error->kind == ErrorKind::network);
    CHECK(contains(transfer.error->message, "the proxy " + settings.proxy + " cannot be reached"));
}

TEST_CASE("a SOCKS5 proxy is given the name of the server, and is not offered Kerberos") {
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "through"}; });
    auto settings = quick_settings();
    ConnectProxy proxy({.socks_method = 0});
    settings.proxy = proxy.url();
    CHECK(get(settings, format("http://api.invalid:{}/x", server.port())).body == "through");
    CHECK(proxy.requests() == std::vector<std::string>{std::string(1, '\0')});
    ConnectProxy with_user({.socks_method = 0});
    settings.proxy = with_user.url("ana:sesame");
    CHECK(get(settings, format("http://api.invalid:{}/x", server.port())).body == "through");
    CHECK(with_user.requests() == std::vector<std::string>{std::string("\0\2", 2)}); // none, or a password (RFC 1928 3)
    for (const auto& [method, words] : std::map<int, const char*>{{1, "does not answer as a SOCKS5 proxy does"}, {0xff, "wants a user and a password"}, {0x42, "does not answer as a SOCKS5 proxy does"}}) {
        CAPTURE(method);
        ConnectProxy other({.socks_method = method});
        settings.proxy = other.url();
        const auto transfer = get(settings, format("http://api.invalid:{}/x", server.port()));
        REQUIRE(transfer.error);
        CHECK(transfer.error->kind == ErrorKind::network);
        CHECK_MESSAGE(contains(transfer.error->message, format("the proxy socks5{} {}", other.url().substr(7), words)), transfer.error->message);
        CHECK(other.tunnels() == 0);
    }
    settings.proxy = proxy.url();
    const auto transfer = get(settings, format("http://api.invalid:{}/x", closed_port()));
    REQUIRE(transfer.error);
    CHECK_MESSAGE(contains(transfer.error->message, format("the proxy socks5{} cannot connect to api.invalid", proxy.url().substr(7))), transfer.error->message);
}

TEST_CASE("the environment's proxy and its exceptions are not libcurl's to apply") {
    HttpServer proxy([](const FakeRequest&) { return FakeReply{.body = "through"}; });
    HttpServer server([](const FakeRequest&) { return FakeReply{.body = "direct"}; });
    setenv("http_proxy", proxy.url().c_str(), 1);
    setenv("no_proxy", "api.invalid", 1);
    CHECK(get(quick_settings(), server.url() + "/x").body == "direct");
    auto settings = quick_settings();
    settings.proxy = proxy.url();
    CHECK(get(settings, "http://api.invalid/x").body == "through");
    unsetenv("http_proxy");
    unsetenv("no_proxy");
}
