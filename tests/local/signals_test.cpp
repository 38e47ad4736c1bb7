// SPDX-License-Identifier: Apache-2.0
#include "local/signals.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cerrno>

using namespace kdiag;
using namespace kdiag::local;

namespace {

int g_earlier_calls = 0;
void earlier_handler(int) {
    ++g_earlier_calls;
}

} // namespace

TEST_CASE("signals are events of the loop, after the handler that was there") {
    net::EventLoop loop;
    std::vector<int> seen;
    g_earlier_calls = 0;
    std::signal(SIGUSR1, earlier_handler);
    std::signal(SIGUSR2, SIG_IGN);
    {
        const auto signals = Signals::watch(loop, {SIGUSR1, SIGUSR2, SIGWINCH}, [&](int number) { seen.push_back(number); });
        REQUIRE(signals);
        raise(SIGUSR1);
        raise(SIGUSR2); // stays ignored
        raise(SIGWINCH);
        CHECK(g_earlier_calls == 1);
        CHECK(seen.empty());
        loop.turn(Duration{50}); // not slept through, though they came before
        CHECK(seen == std::vector{SIGUSR1, SIGWINCH});
        CHECK_FALSE(Signals::watch(loop, {}, [](int) {}));
        std::array<int, 2> ends{};
        REQUIRE(pipe(ends.data()) == 0);
        close(ends[0]);
        CHECK(write(ends[1], "x", 1) < 0); // and not the end of the process
        CHECK(errno == EPIPE);
        close(ends[1]);
    }
    raise(SIGUSR1);
    loop.turn(Duration{1});
    CHECK(g_earlier_calls == 2);
    CHECK(seen.size() == 2);
    std::signal(SIGUSR1, SIG_DFL);
    std::signal(SIGUSR2, SIG_DFL);
}

TEST_CASE("a terminal that goes away says so twice, and both are events") {
    net::EventLoop loop; // its shell sends one SIGHUP and the kernel another
    int seen = 0;
    const auto signals = Signals::watch(loop, {SIGHUP}, [&](int) { ++seen; });
    REQUIRE(signals);
    raise(SIGHUP);
    raise(SIGHUP);
    loop.turn(Duration{50});
    CHECK(seen == 2);
}
