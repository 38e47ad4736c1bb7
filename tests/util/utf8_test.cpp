// SPDX-License-Identifier: Apache-2.0
#include "util/utf8.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("well-formed UTF-8 of every length is told from what is not") {
    for (const auto* text : {"", "a", "plain text of some length", "gr\xc3\xb6\xc3\x9f" "er", "12345678\xe2\x82\xac", "\xf0\x9f\x90\xb3", "\xef\xbf\xbd", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"})
        CHECK_MESSAGE(is_utf8(text), text);
    for (const auto* text : {"\x80", "a\xff", "\xc3", "\xc0\xaf", "\xe2\x82", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "12345678\xe2\x82", "1234567\xff" "89"}) CHECK_FALSE(is_utf8(text));
}

TEST_CASE("each byte of no character becomes one U+FFFD, and the rest stays") {
    CHECK(repair_utf8("plain") == "plain");
    CHECK(repair_utf8("gr\xc3\xb6\xc3\x9f") == "gr\xc3\xb6\xc3\x9f");
    CHECK(repair_utf8("a\xe2\x82z") == "a\xef\xbf\xbd\xef\xbf\xbdz");
    CHECK(repair_utf8("\xed\xa0\x80") == "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    for (int byte = 0; byte < 256; ++byte) CHECK(is_utf8(repair_utf8(std::string(3, static_cast<char>(byte)))));
}
