// SPDX-License-Identifier: Apache-2.0
#include "app/line_merger.hpp"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using kdiag::Duration;
using kdiag::app::LineMerger;

namespace {

struct World {
    std::string out;
    LineMerger merger{[this](std::string_view bytes) { out += bytes; }};
    LineMerger::Stream a = merger.add("[a] "), b = merger.add("[b] ");

    std::string given() { return std::exchange(out, {}); }
};

const std::string k_long(LineMerger::k_longest + 1, 'x');

} // namespace

TEST_CASE("lines are prefixed however they are cut") {
    const std::string text = "one\n\ntwo\nthree";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        World world;
        world.merger.take(world.a, std::string_view(text).substr(0, cut));
        world.merger.take(world.a, std::string_view(text).substr(cut));
        CHECK(world.given() == "[a] one\n[a] \n[a] two\n");
        world.merger.end(world.a);
        CHECK(world.given() == "[a] three\n");
    }
}

TEST_CASE("nothing is given out before its line has ended, so that streams never share a line") {
    World world;
    world.merger.take(world.a, "half");
    world.merger.take(world.b, "whole\nand");
    CHECK(world.given() == "[b] whole\n");
    world.merger.take(world.a, " a line\n");
    CHECK(world.given() == "[a] half a line\n");
    world.merger.end(world.b);
    CHECK(world.given() == "[b] and\n");
    CHECK_FALSE(world.merger.holds_ended());
    World exact;
    exact.merger.take(exact.a, std::string(LineMerger::k_longest, 'x'));
    CHECK(exact.given().empty());
    exact.merger.take(exact.a, "\n");
    CHECK(exact.given().size() == LineMerger::k_longest + 5);
}

TEST_CASE("a line that is too long to keep has the output for itself until it ends") {
    World world;
    world.merger.take(world.a, k_long);
    CHECK(world.given() == "[a] " + k_long);
    world.merger.take(world.b, "other\nrest");
    CHECK(world.given().empty());
    world.merger.take(world.a, "more");
    CHECK(world.given() == "more");
    world.merger.take(world.a, "end\nnext\nbegun");
    CHECK(world.given() == "end\n[a] next\n[b] other\n");
    world.merger.end(world.a);
    world.merger.end(world.b);
    CHECK(world.given() == "[a] begun\n[b] rest\n");
}

TEST_CASE("a long line may be the last, of a stream or of one that has waited") {
    World world;
    world.merger.take(world.a, k_long);
    world.given();
    world.merger.take(world.b, k_long);
    CHECK(world.merger.full(world.b));
    CHECK_FALSE(world.merger.full(world.a));
    world.merger.end(world.b);
    CHECK(world.merger.holds_ended());
    CHECK(world.given().empty());
    world.merger.end(world.a);
    CHECK(world.given() == "\n[b] " + k_long + "\n");
    CHECK_FALSE(world.merger.holds_ended());
    CHECK_FALSE(world.merger.full(world.b));
}

TEST_CASE("a long line of which nothing more comes is broken only when others wait") {
    World world;
    world.merger.take(world.a, k_long);
    world.given();
    world.merger.passed(Duration::minutes(1));
    CHECK(world.given().empty());
    world.merger.take(world.a, "more");
    world.merger.take(world.b, "other\n");
    world.merger.passed(Duration::seconds(4));
    CHECK(world.given() == "more");
    world.merger.passed(Duration::seconds(1));
    CHECK(world.given() == "\n[b] other\n");
    world.merger.take(world.a, "late\n");
    CHECK(world.given() == "[a] late\n");
}
