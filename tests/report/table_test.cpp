// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include "util/text_width.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using kdiag::display_width;
using kdiag::report::Table;

namespace {

Table sample() {
    Table table({"NAME", "STATE", "MESSAGE"});
    table.add({"checkout-6f7c9d5b8-2xkqj", "running 41m", "all is well and has been for a long time now"});
    table.add({"\xe4\xbb\xa3\xe7\x90\x86", "waiting", "-"});
    return table;
}

} // namespace

TEST_CASE("columns are aligned by what they take on a screen, and nothing trails") {
    CHECK(sample().text() == "NAME                      STATE        MESSAGE\n"
                             "checkout-6f7c9d5b8-2xkqj  running 41m  all is well and has been for a long time now\n"
                             "\xe4\xbb\xa3\xe7\x90\x86                      waiting      -\n");
}

TEST_CASE("the widest column gives way first; names lose their middle, sentences their end") {
    const auto lines = sample().lines({.width = 48});
    REQUIRE(lines.size() == 3);
    for (const auto& line : lines) CHECK(display_width(line) <= 48);
    CHECK(lines[1].find("2xkqj") != std::string::npos);
    CHECK(lines[1].ends_with("\xe2\x80\xa6"));
    const auto ascii = sample().lines({.width = 48, .ascii = true});
    CHECK(ascii[1].ends_with("..."));
}

TEST_CASE("prose is wrapped under itself and loses nothing") {
    const auto lines = sample().lines({.width = 60, .prose = true});
    CHECK(lines.size() > 3);
    CHECK(std::all_of(lines.begin(), lines.end(), [](const auto& line) { return display_width(line) <= 60; }));
    std::string all;
    for (const auto& line : lines) all += line + " ";
    for (const char* word : {"all", "well", "long", "time", "now"}) CHECK(all.find(word) != std::string::npos);
}

TEST_CASE("a table that cannot fit keeps its headers and does not hang") {
    const auto lines = sample().lines({.width = 5});
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "NAME  STATE  MESSAGE");
}
