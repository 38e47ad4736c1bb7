// SPDX-License-Identifier: Apache-2.0
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("texts are trimmed, split and searched") {
    CHECK(trim("  a b\n") == "a b");
    CHECK(trim(" \t ").empty());
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(split("", ',').size() == 1);
    CHECK(contains_ignoring_case("Connection REFUSED", "refused"));
    CHECK(!contains_ignoring_case("refuse", "refused"));
    CHECK(between("exec: \"x\": not found", "exec: \"", "\"") == "x");
    CHECK(between("no marks", "(", ")").empty());
    CHECK(between("open ( only", "(", ")").empty());
}

TEST_CASE("counts and lists read well") {
    CHECK(counted(1, "pod") == "1 pod");
    CHECK(counted(2, "pod") == "2 pods");
    CHECK(counted(2, "ingress", "ingresses") == "2 ingresses");
    CHECK(list_some({"a"}) == "a");
    CHECK(list_some({"a", "b"}) == "a and b");
    CHECK(list_some({"a", "b", "c", "d", "e"}) == "a, b, c and 2 more");
}

TEST_CASE("globs cover the whole text and are quick") {
    CHECK(glob_match("KD11*", "KD1101"));
    CHECK(glob_match("*-missing", "configmap-missing"));
    CHECK(glob_match("a?c", "abc"));
    CHECK(!glob_match("a?c", "abbc"));
    CHECK(!glob_match("KD11", "KD1101"));
    CHECK(glob_match("*", ""));
    CHECK(!glob_match(std::string(200, 'a') + "*b", std::string(20000, 'a')));
}

TEST_CASE("what goes into a command is quoted for a shell") {
    CHECK(shell_quote("web-1") == "web-1");
    CHECK(shell_quote("") == "''");
    CHECK(shell_quote("a b") == "'a b'");
    CHECK(shell_quote("$(reboot)") == "'$(reboot)'");
    CHECK(shell_quote("it's") == "'it'\\''s'");
}
