// SPDX-License-Identifier: Apache-2.0
#include "local/orderly_stop.hpp"

#include "local/signals.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <optional>

using namespace kdiag;

namespace {

volatile std::sig_atomic_t g_seen = 0, g_last = 0;

void on_signal(int number) {
    g_seen = g_seen + 1;
    g_last = number;
}

/// The process's own handlers, as kdiag has them, for the time of a test.
struct OwnHandlers {
    OwnHandlers() {
        g_seen = 0;
        g_last = 0;
        for (const int number : {SIGINT, SIGTERM}) std::signal(number, on_signal);
    }
    ~OwnHandlers() {
        for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::signal(number, SIG_DFL);
    }
};

sighandler_t handler_of(int number) {
    struct sigaction now {};
    sigaction(number, nullptr, &now);
    return now.sa_handler;
}

} // namespace

TEST_CASE("the first signal is told, a hang-up too, and no later one") {
    const OwnHandlers own;
    {
        const local::OrderlyStop stop;
        std::raise(SIGHUP);
        CHECK(g_seen == 1);
        CHECK(g_last == SIGHUP);
        for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) std::raise(number);
        CHECK(g_seen == 1);
    }
    std::raise(SIGINT); // as it was before
    CHECK(g_seen == 2);
    std::raise(SIGHUP); // behind the signal that ends the process: it must get to its exit code
    CHECK((handler_of(SIGPIPE) == SIG_DFL));
}

TEST_CASE("what is held hears none at all") {
    const OwnHandlers own;
    {
        const local::OrderlyStop stop;
        local::OrderlyStop::hold();
        for (const int number : {SIGINT, SIGTERM, SIGHUP}) std::raise(number);
        CHECK(g_seen == 0);
    }
    CHECK((handler_of(SIGHUP) == SIG_DFL)); // no signal ends this process
}

TEST_CASE("a hang-up that is ignored stays so") {
    const OwnHandlers own;
    std::signal(SIGHUP, SIG_IGN);
    {
        const local::OrderlyStop stop;
        std::raise(SIGHUP);
        CHECK(g_seen == 0);
    }
    std::signal(SIGHUP, SIG_DFL);
}

TEST_CASE("signals that are watched within its life reach both, the process once") {
    const OwnHandlers own;
    const local::OrderlyStop stop;
    net::EventLoop loop;
    int watched = 0;
    {
        const auto signals = local::Signals::watch(loop, {SIGINT, SIGTERM, SIGHUP}, [&](int) { ++watched; });
        REQUIRE(signals);
        std::raise(SIGINT);
        std::raise(SIGINT);
        while (watched < 2) loop.turn(Duration::seconds(1));
        CHECK(g_seen == 1);
    }
    std::raise(SIGTERM);
    CHECK(g_seen == 1);
}
