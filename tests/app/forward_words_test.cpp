// SPDX-License-Identifier: Apache-2.0
#include "app/forward/forward_words.hpp"
#include "app/forward/forwarding.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::app;

TEST_CASE("objects and their ports") {
    const auto one = parse_forward_words({"web-0", "8080", ":http"});
    REQUIRE(one);
    REQUIRE(one->size() == 1);
    CHECK(one->front().name.type == "pods");
    CHECK(one->front().name.name == "web-0");
    REQUIRE(one->front().ports.size() == 2);
    CHECK(one->front().ports[1].remote == "http");
    const auto two = parse_forward_words({"svc/web", "8080:80", "deploy/db", "0:5432", "5433"});
    REQUIRE(two);
    REQUIRE(two->size() == 2);
    CHECK((*two)[0].shown == "svc/web");
    CHECK((*two)[1].name.type == "deploy");
    CHECK((*two)[1].ports.size() == 2);
}

TEST_CASE("what is missing or malformed is a usage error") {
    for (const auto& bad : std::vector<std::vector<std::string>>{{}, {"svc/web"}, {"svc/web", "80", "svc/db"}, {"svc/web", "99999"}, {"svc/web", "1:2:3"}, {"a/b/c", "80"}, {"svc/web", ""}}) {
        const auto parsed = parse_forward_words(bad);
        REQUIRE(!parsed);
        CHECK(parsed.error().kind == ErrorKind::usage);
    }
}

TEST_CASE("addresses to listen on, each once") {
    CHECK(*parse_addresses({"localhost"}) == std::vector<std::string>{"127.0.0.1", "::1"});
    CHECK(*parse_addresses({"127.0.0.1", "localhost", "10.0.0.5", "[::1]"}) == std::vector<std::string>{"127.0.0.1", "::1", "10.0.0.5"});
    CHECK(!parse_addresses({""}));
    CHECK(*parse_addresses({"0.0.0.0", "localhost"}) == std::vector<std::string>{"0.0.0.0", "::1"});
    CHECK(*parse_addresses({"localhost", "[::]"}) == std::vector<std::string>{"127.0.0.1", "::"});
}

TEST_CASE("the last line says what went through") {
    CHECK(to_text({.connections = 4, .failed = 0, .bytes_in = 12'700, .bytes_out = 1'153'434}) == "4 connections, 0 failed, 12.4 KiB in, 1.1 MiB out");
    CHECK(to_text({.connections = 1, .failed = 1, .bytes_in = 0, .bytes_out = 1023}) == "1 connection, 1 failed, 0 B in, 1023 B out");
    CHECK(to_text({.bytes_out = 3ull << 40}) == "0 connections, 0 failed, 0 B in, 3.0 TiB out");
}
