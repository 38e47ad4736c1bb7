// SPDX-License-Identifier: Apache-2.0
#include "util/hash_set.hpp"

#include <doctest/doctest.h>

#include <random>
#include <unordered_set>

TEST_CASE("a hash is new once, as in the standard library's set") {
    kdiag::HashSet ours;
    std::unordered_set<std::uint64_t> theirs;
    std::mt19937_64 random(7);
    for (int i = 0; i < 100'000; ++i) {
        const std::uint64_t hash = i % 3 == 0 ? random() % 5'000 : i % 3 == 1 ? (random() % 5'000) << 32 : random(); // small ones, those with equal low bits, any
        REQUIRE(ours.insert(hash) == theirs.insert(hash).second);
    }
}

TEST_CASE("0 is a hash like others, and nothing is left when all are forgotten") {
    kdiag::HashSet set;
    CHECK(set.insert(0));
    CHECK_FALSE(set.insert(0));
    CHECK(set.insert(1));
    CHECK_FALSE(set.insert(1));
    set.clear();
    CHECK(set.insert(0));
    CHECK(set.insert(1));
}
