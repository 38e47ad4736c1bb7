// SPDX-License-Identifier: Apache-2.0
#include "util/text_width.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("width counts columns by grapheme cluster") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("\u4e2d\u6587") == 4);
    CHECK(display_width("e\u0301") == 1);
    CHECK(display_width("") == 0);
}

TEST_CASE("cutting keeps to the width and does not break characters") {
    CHECK(cut_end("abcdef", 4) == "abc\u2026");
    CHECK(cut_end("abcdef", 6) == "abcdef");
    CHECK(cut_end("abcdef", 5, true) == "ab...");
    CHECK(cut_middle("checkout-6f7c9d5b8-2xkqj", 11) == "check\u20262xkqj");
    CHECK(display_width(cut_middle("\u4e2d\u6587\u4e2d\u6587\u4e2d\u6587", 7)) <= 7);
    for (std::size_t width = 0; width < 12; ++width) {
        CHECK(display_width(cut_end("\u4e2d\u6587 and more", width)) <= width);
        CHECK(display_width(cut_middle("\u4e2d\u6587 and more", width)) <= width);
    }
}

TEST_CASE("wrapping breaks at blanks, and long words where it must") {
    CHECK(wrap("the quick brown fox", 10) == std::vector<std::string>{"the quick", "brown fox"});
    CHECK(wrap("abcdefghij", 4) == std::vector<std::string>{"abcd", "efgh", "ij"});
    CHECK(wrap("one\ntwo", 10) == std::vector<std::string>{"one", "two"});
    CHECK(wrap("", 10) == std::vector<std::string>{""});
    for (const auto& line : wrap("\u4e2d\u6587\u4e2d\u6587 mixed \u4e2d\u6587\u4e2d\u6587\u4e2d text", 9)) CHECK(display_width(line) <= 9);
}
