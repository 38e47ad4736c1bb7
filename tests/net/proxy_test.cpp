// SPDX-License-Identifier: Apache-2.0
#include "net/proxy.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace kdiag;

namespace {

std::string proxy_for(std::string_view url, const std::map<std::string, std::string, std::less<>>& variables) {
    return net::proxy_from_environment(url, [&](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

} // namespace

TEST_CASE("a URL is taken apart") {
    const auto plain = net::parse_url("https://api.example.com/prefix");
    CHECK(plain.host == "api.example.com");
    CHECK(plain.port == 443);
    const auto six = net::parse_url("https://ana:secret@[2001:db8::1]:6443/x?y");
    CHECK(six.host == "2001:db8::1");
    CHECK(six.port == 6443);
    CHECK(net::parse_url("HTTP://Host").port == 80);
    CHECK(net::parse_url("HTTP://Host").host == "host");
}

TEST_CASE("the scheme of the server chooses the proxy variable") {
    CHECK(proxy_for("https://api.example.com", {{"HTTPS_PROXY", "http://p:1"}, {"HTTP_PROXY", "http://q:1"}}) == "http://p:1");
    CHECK(proxy_for("https://api.example.com", {{"https_proxy", "http://p:2"}}) == "http://p:2");
    CHECK(proxy_for("http://api.example.com", {{"HTTPS_PROXY", "http://p:1"}, {"http_proxy", "http://q:1"}}) == "http://q:1");
    CHECK(proxy_for("https://api.example.com", {{"ALL_PROXY", "http://p:1"}}).empty());
}

TEST_CASE("loopback is never proxied") {
    for (const auto* url : {"https://localhost:6443", "https://127.0.0.1:6443", "https://127.8.9.10", "https://[::1]:6443"})
        CHECK(proxy_for(url, {{"HTTPS_PROXY", "http://p:1"}}).empty());
}

TEST_CASE("NO_PROXY names hosts, domains, addresses, networks and ports") {
    const auto with = [](const char* url, const char* list) { return proxy_for(url, {{"HTTPS_PROXY", "http://p:1"}, {"NO_PROXY", list}}); };
    CHECK(with("https://api.example.com", "example.com").empty());
    CHECK(with("https://api.example.com", ".example.com").empty());
    CHECK(with("https://api.example.com", "*.example.com").empty());
    CHECK_FALSE(with("https://badexample.com", "example.com").empty());
    CHECK_FALSE(with("https://example.com", ".example.com").empty());
    CHECK(with("https://10.1.2.3:6443", "192.168.0.0/16, 10.0.0.0/8").empty());
    CHECK_FALSE(with("https://11.1.2.3:6443", "10.0.0.0/8").empty());
    CHECK(with("https://api.example.com:6443", "api.example.com:6443").empty());
    CHECK_FALSE(with("https://api.example.com:6443", "api.example.com:443").empty());
    CHECK(with("https://[2001:db8::1]", "2001:db8::/32").empty());
    CHECK(with("https://anything", "*").empty());
    CHECK_FALSE(with("https://10.1.2.3", "10.0.0.0/99, /8, :, ").empty());
}
