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
