// SPDX-License-Identifier: Apache-2.0
#include "net/name_lookup.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>

using namespace kdiag;
using namespace kdiag::net;

TEST_CASE("names of the hosts file and numeric addresses resolve; a name that cannot exist does not") {
    const auto local = look_up("localhost", Duration::seconds(5));
    CHECK(std::any_of(local.addresses.begin(), local.addresses.end(), [](const auto& address) { return address == "127.0.0.1" || address == "::1"; }));
    CHECK(local.problem.empty());
    CHECK(look_up("10.0.0.7", Duration::seconds(5)).addresses == std::vector<std::string>{"10.0.0.7"});
    CHECK(look_up("fd00::7", Duration::seconds(5)).addresses == std::vector<std::string>{"fd00::7"});
    const auto none = look_up("a name with blanks", Duration::seconds(5));
    CHECK(none.addresses.empty());
    CHECK(!none.problem.empty());
}

TEST_CASE("a lookup never takes longer than its limit, and an interruption ends it") {
    const auto late = look_up("kdiag-test.invalid", Duration{0});
    CHECK(late.addresses.empty());
    CHECK(!late.problem.empty());
    CHECK(late.microseconds < 2'000'000);
    const std::atomic<bool> interrupted = true;
    CHECK(look_up("kdiag-test-2.invalid", Duration::seconds(30), &interrupted).microseconds < 2'000'000);
}
