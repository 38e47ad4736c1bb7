// SPDX-License-Identifier: Apache-2.0
#include "util/regex.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("every match of a pattern is found once, empty ones never") {
    const auto matches = [](const char* pattern, std::string_view text) { return Regex(pattern, false).matches(text); };
    CHECK(matches("a+", "aa b a") == std::vector<std::string_view>{"aa", "a"});
    CHECK(matches("x*", "axxb").size() == 1);
    CHECK(matches("^a", "aa").size() == 1);
    CHECK(matches("", "abc").empty());
    CHECK(matches("A", "a").empty());
    CHECK(matches("(", "(").empty());
}

TEST_CASE("a part out of the middle of a text has no beginning and no end") {
    const Regex anchored("^a|a$", false);
    CHECK(anchored.matches("aba").size() == 2);
    CHECK(anchored.matches("aba", false, true) == std::vector<std::string_view>{"a"});
    CHECK(anchored.matches("aba", true, false).size() == 1);
    CHECK(anchored.matches("aba", false, false).empty());
    const std::string_view text = "xay a";
    const auto found = Regex("a", false).matches(text, false, false);
    REQUIRE(found.size() == 2);
    CHECK(found[0].data() == text.data() + 1);
    CHECK(found[1].data() == text.data() + 4);
}
