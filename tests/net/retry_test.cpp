// SPDX-License-Identifier: Apache-2.0
#include "net/retry.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using kdiag::net::retry_delay;

TEST_CASE("a busy server is asked again only when it says when") {
    for (const int status : {429, 500, 502, 503, 504}) {
        CAPTURE(status);
        CHECK_FALSE(retry_delay({.status = status}, 0));
        const auto delay = retry_delay({.status = status, .retry_after = "2"}, 0);
        REQUIRE(delay);
        CHECK(*delay == Duration::seconds(2));
    }
}

TEST_CASE("Retry-After is a floor, and noise only adds to it") {
    for (int attempts = 1; attempts < 5; ++attempts)
        for (const std::uint32_t noise : {0u, 1u, 99u, 12345u, 0xffffffffu}) {
            const auto delay = retry_delay({.status = 429, .retry_after = "1", .attempts = attempts}, noise);
            REQUIRE(delay);
            CHECK(*delay >= Duration::seconds(1));
            CHECK(*delay <= Duration::seconds(3));
        }
}

TEST_CASE("what the client or the object is to blame for is never sent again") {
    for (const int status : {200, 301, 400, 401, 403, 404, 409, 410, 422}) CHECK_FALSE(retry_delay({.status = status, .retry_after = "1"}, 0));
}

TEST_CASE("a lost connection is tried once more, one that never stood is not") {
    CHECK(retry_delay({.connection_lost = true, .attempts = 1}, 0));
    CHECK_FALSE(retry_delay({.connection_lost = true, .attempts = 2}, 0));
    CHECK_FALSE(retry_delay({.connection_lost = false}, 0));
}

TEST_CASE("attempts and waiting are bounded") {
    CHECK_FALSE(retry_delay({.status = 429, .retry_after = "1", .attempts = 5}, 0));
    CHECK_FALSE(retry_delay({.status = 429, .retry_after = "86400"}, 0));
    for (const auto* text : {"", "soon", "-1", "1.5", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT"})
        CHECK_FALSE(retry_delay({.status = 503, .retry_after = text}, 0));
}
