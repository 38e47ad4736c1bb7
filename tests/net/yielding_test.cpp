// SPDX-License-Identifier: Apache-2.0
#include "net/yielding.hpp"

#include <doctest/doctest.h>

#include <sched.h>

#include <optional>
#include <thread>

using namespace kdiag::net;

TEST_CASE("a thread yields while it is wanted, however many want it, and each thread by itself") {
    REQUIRE(sched_getscheduler(0) == SCHED_OTHER);
    std::optional<Yielding> first(std::in_place), second(std::in_place);
    CHECK(sched_getscheduler(0) == SCHED_BATCH);
    int elsewhere = -1;
    std::thread beside([&] {
        const sched_param usual{};
        sched_setscheduler(0, SCHED_OTHER, &usual); // it inherits from who starts it
        {
            const Yielding own;
        }
        elsewhere = sched_getscheduler(0);
    });
    beside.join();
    CHECK(elsewhere == SCHED_OTHER);
    CHECK(sched_getscheduler(0) == SCHED_BATCH);
    first.reset();
    CHECK(sched_getscheduler(0) == SCHED_BATCH);
    second.reset();
    CHECK(sched_getscheduler(0) == SCHED_OTHER);
}

TEST_CASE("what was chosen from outside stays") {
    for (const int chosen : {SCHED_BATCH, SCHED_IDLE}) {
        CAPTURE(chosen);
        int during = -1, after = -1;
        std::thread([&] {
            const sched_param usual{};
            sched_setscheduler(0, chosen, &usual);
            {
                const Yielding yielding;
                during = sched_getscheduler(0);
            }
            after = sched_getscheduler(0);
        }).join();
        CHECK(during == chosen);
        CHECK(after == chosen);
    }
}
