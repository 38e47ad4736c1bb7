// SPDX-License-Identifier: Apache-2.0
#include "net/turns.hpp"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

using kdiag::Duration;
using kdiag::net::EventLoop;
using kdiag::net::Turns;

namespace {

void turn(EventLoop& loop) {
    for (int i = 0; i < 10; ++i) loop.turn(Duration{0});
}

} // namespace

TEST_CASE("so many go on at once, the others follow in order") {
    EventLoop loop;
    Turns turns(loop, 2);
    std::string begun;
    std::vector<Turns::Id> ids;
    for (const char name : {'a', 'b', 'c', 'd', 'e'}) ids.push_back(turns.ask([&begun, name] { begun += name; }));
    CHECK(begun.empty()); // never before ask() has returned
    turn(loop);
    CHECK(begun == "ab");
    turns.give_back(ids[2]); // does not wait any longer
    turns.give_back(ids[0]);
    turns.give_back(ids[0]);
    turns.give_back(0);
    turn(loop);
    CHECK(begun == "abd");
    turns.give_back(ids[1]);
    turns.give_back(ids[3]);
    turn(loop);
    CHECK(begun == "abde");
}

TEST_CASE("a turn may be given back while it begins, and be the last there is") {
    EventLoop loop;
    auto turns = std::make_unique<Turns>(loop, 1);
    int begun = 0;
    turns->ask([&] {
        ++begun;
        turns.reset();
    });
    turns->ask([&] { ++begun; });
    turn(loop);
    CHECK(begun == 1);
    CHECK(!turns);
}
