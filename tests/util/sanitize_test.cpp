// SPDX-License-Identifier: Apache-2.0
#include "util/sanitize.hpp"

#include <doctest/doctest.h>

#include <string>

using namespace kdiag;

TEST_CASE("what could steer a terminal becomes visible") {
    CHECK(sanitize_line("\x1b[2J\x1b]0;title\x07") == "^[[2J^[]0;title^G");
    CHECK(sanitize_line("a\rb") == "a^Mb");
    CHECK(sanitize_line("\x7f") == "^?");
    CHECK(sanitize_line("\xc2\x9b" "31m") == "\\x9b31m"); // CSI as one C1 character
    CHECK(sanitize_line("\x9b" "31m") == "\\x9b31m");     // and as a raw byte
    CHECK(sanitize_line("abc\xe2\x80\xae" "fdp.exe") == "abc<U+202E>fdp.exe");
    CHECK(sanitize_line(std::string_view("a\0b", 3)) == "a^@b");
    CHECK(sanitize_line("\xff\xfe") == "\\xff\\xfe");
    CHECK(sanitize_line("\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x99\x82") == "\xe4\xb8\xad\xe6\x96\x87 \xf0\x9f\x99\x82");
    CHECK(sanitize_line("two\nlines\tand a tab") == "two lines and a tab");
    CHECK(sanitize_block("two\nlines") == "two\nlines");
}

TEST_CASE("a log keeps colours and tabs, and nothing else that could steer a terminal") {
    CHECK(sanitize_log("plain\ttext", true) == "plain\ttext");
    CHECK(sanitize_log("\x1b[1;31mred\x1b[0m \x1b[38:2:1:2:3mtrue\x1b[m", true) == "\x1b[1;31mred\x1b[0m \x1b[38:2:1:2:3mtrue\x1b[m");
    CHECK(sanitize_log("\x1b[1;31mred\x1b[0m", false) == "red");
    CHECK(sanitize_log("\x1b[2Jgone\x1b]0;title\x07", true) == "^[[2Jgone^[]0;title^G");
    CHECK(sanitize_log("\x1b[?1m \x1b[1;", true) == "^[[?1m ^[[1;");
    CHECK(sanitize_log("over\rwritten", true) == "over^Mwritten");
    CHECK(sanitize_log("\xe4\xb8\xad\xff\xe2\x80\xae.", true) == "\xe4\xb8\xad\\xff<U+202E>.");
    CHECK(sanitize_log("\xc2\x9b" "31m", true) == "\\x9b31m");
    CHECK(sanitize_log("", true).empty());
    CHECK(without_colors("a\x1b[31mb\x1b[0mc\x1b[2J\x1b") == "abc\x1b[2J\x1b");
}
