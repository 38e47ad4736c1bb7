// SPDX-License-Identifier: Apache-2.0
#include "facts/wanted_logs.hpp"

#include "collect/files.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("logs are wanted of containers that end badly, one of each workload first") {
    auto source = collect::open_files("facts/shop.yaml");
    REQUIRE(source);
    const auto parts = (*source)->read({});
    REQUIRE(parts);
    const auto targets = facts::wanted_logs(*parts, 10);
    REQUIRE(targets.size() == 2);
    CHECK(targets[0].pod == "web-1-a");
    CHECK(targets[0].previous); // it waits: the log of the crash is the instance before
    CHECK(targets[1].pod == "web-1-b");
    CHECK(!targets[1].previous); // it has just ended: its log is still the current one
    CHECK(targets[0].decides);
    CHECK(facts::wanted_logs(*parts, 1).size() == 1);
    CHECK(facts::wanted_logs(*parts, 0).empty());
}
