// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/shared_values.hpp"

#include <doctest/doctest.h>

using namespace kdiag::kube;

namespace {

/// A member that holds a number.
constexpr Access k_number{.share = [](void* member) -> std::shared_ptr<void> { return std::make_shared<int>(*static_cast<int*>(member)); },
                          .set_shared = [](void* member, std::shared_ptr<void> value) { *static_cast<int*>(member) = *static_cast<int*>(value.get()); }};

} // namespace

TEST_CASE("what an object repeats is found again, wherever its bytes lead") {
    SharedValues shared;
    for (int round = 0; round < 2000; ++round) {
        shared.forget();
        int first = 1, second = 2, taken = 0;
        const std::string one = "containers" + std::to_string(round), two = "volumes" + std::to_string(round);
        shared.remember(k_number, one, &first);
        shared.remember(k_number, two, &second);
        REQUIRE(shared.take(k_number, one, &taken));
        REQUIRE(taken == 1);
        REQUIRE(shared.take(k_number, two, &taken));
        REQUIRE(taken == 2);
    }
}

TEST_CASE("what is used outlives what passes by once, and memory is bounded") {
    SharedValues shared;
    int value = 7, taken = 0;
    shared.remember(k_number, "containers", &value);
    for (int i = 0; i < 5000; ++i) {
        int other = i;
        shared.remember(k_number, "labels" + std::to_string(i), &other);
        REQUIRE(shared.take(k_number, "containers", &taken));
    }
    CHECK(taken == 7);
    CHECK_FALSE(shared.take(k_number, "labels0", &taken));
}

TEST_CASE("equal bytes of another field are another value") {
    static constexpr Access other{.share = k_number.share, .set_shared = k_number.set_shared};
    SharedValues shared;
    int value = 7, taken = 0;
    shared.remember(k_number, "same", &value);
    CHECK_FALSE(shared.take(other, "same", &taken));
}
