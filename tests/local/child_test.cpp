// SPDX-License-Identifier: Apache-2.0
#include "local/child.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <optional>

using namespace kdiag;

namespace {

/// The code that a program ends with.
int code_of(const std::vector<std::string>& words, int signal = 0) {
    net::EventLoop loop;
    std::optional<int> code;
    auto child = local::Child::start(loop, words, {{"KDIAG_PORT_80", "12345"}}, [&](int end) { code = end; });
    REQUIRE(child);
    if (signal != 0) (*child)->send(signal);
    for (int i = 0; i < 200 && !code; ++i) loop.turn(Duration{50});
    REQUIRE(code);
    return *code;
}

} // namespace

TEST_CASE("a program's end is an event, with its code") {
    CHECK(code_of({"true"}) == 0);
    CHECK(code_of({"sh", "-c", "exit 7"}) == 7);
    CHECK(code_of({"sh", "-c", "kill -KILL $$"}) == 128 + SIGKILL);
    CHECK(code_of({"sleep", "60"}, SIGTERM) == 128 + SIGTERM);
}

TEST_CASE("a program sees the variables, none of our descriptors, and SIGPIPE as usual") {
    CHECK(code_of({"sh", "-c", "test $KDIAG_PORT_80 = 12345 && test -n \"$PATH\""}) == 0);
    CHECK(code_of({"sh", "-c", "for f in /proc/self/fd/*; do case $f in */[012]|*/fd/\\*) ;; *) [ -e $f ] && exit 1;; esac; done; exit 0"}) == 0);
    signal(SIGPIPE, SIG_IGN);
    CHECK(code_of({"sh", "-c", "kill -PIPE $$; exit 0"}) == 128 + SIGPIPE);
    signal(SIGPIPE, SIG_DFL);
}

TEST_CASE("a program that does not exist") {
    net::EventLoop loop;
    const auto child = local::Child::start(loop, {"no-such-program-here"}, {}, [](int) {});
    REQUIRE(!child);
    CHECK(child.error().kind == ErrorKind::not_found);
}
