// SPDX-License-Identifier: Apache-2.0
#include "net/event_loop.hpp"

#include <doctest/doctest.h>

#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <ctime>
#include <string>
#include <thread>

using namespace kdiag;
using namespace kdiag::net;

namespace {

/// Two connected sockets, closed at the end.
struct Pair {
    Pair() { REQUIRE(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()) == 0); }
    ~Pair() {
        for (const int end : ends)
            if (end >= 0) close(end);
    }
    std::array<int, 2> ends{};
};

void send_text(int descriptor, std::string_view text) {
    REQUIRE(write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size()));
}

std::string take(int descriptor) {
    std::array<char, 64> buffer{};
    const auto got = read(descriptor, buffer.data(), buffer.size());
    return {buffer.data(), static_cast<std::size_t>(std::max<ssize_t>(0, got))};
}

/// What the processor has done for this thread.
std::chrono::nanoseconds thread_time() {
    timespec time{};
    REQUIRE(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time) == 0);
    return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

} // namespace

TEST_CASE("the loop tells of what is wanted and of nothing else") {
    EventLoop loop;
    Pair pair;
    std::string got;
    loop.watch(pair.ends[0], true, false, [&](Readiness readiness) {
        CHECK(readiness.readable);
        got += take(pair.ends[0]);
    });
    loop.turn(Duration{0});
    CHECK(got.empty());
    send_text(pair.ends[1], "one");
    loop.turn(Duration::seconds(5));
    CHECK(got == "one");

    loop.want(pair.ends[0], false, false); // paused: the bytes wait in the socket
    send_text(pair.ends[1], "two");
    loop.turn(Duration{0});
    CHECK(got == "one");
    loop.want(pair.ends[0], true, false);
    loop.turn(Duration::seconds(5));
    CHECK(got == "onetwo");

    loop.unwatch(pair.ends[0]);
    send_text(pair.ends[1], "three");
    loop.turn(Duration{0});
    CHECK(got == "onetwo");
}

TEST_CASE("a descriptor may unwatch itself and others, and one that is opened anew is not mistaken for the old") {
    EventLoop loop;
    Pair first, second;
    int calls = 0;
    const auto once = [&](Readiness) {
        ++calls;
        loop.unwatch(first.ends[0]);
        loop.unwatch(second.ends[0]);
        loop.watch(second.ends[0], true, false, [&](Readiness) { calls += 100; });
    };
    loop.watch(first.ends[0], true, false, once);
    loop.watch(second.ends[0], true, false, once);
    send_text(first.ends[1], "x");
    send_text(second.ends[1], "x");
    loop.turn(Duration::seconds(5));
    CHECK(calls % 100 == 1);
}

TEST_CASE("a hang-up is told as readable, so that its end is read") {
    EventLoop loop;
    Pair pair;
    bool ended = false;
    loop.watch(pair.ends[0], true, false, [&](Readiness readiness) { ended = readiness.readable && readiness.failed && take(pair.ends[0]).empty(); });
    close(pair.ends[1]);
    pair.ends[1] = -1;
    loop.turn(Duration::seconds(5));
    CHECK(ended);
}

TEST_CASE("timers run in the order of their times, and a cancelled one does not") {
    EventLoop loop;
    std::string order;
    loop.after(Duration{20}, [&] { order += 'b'; });
    const auto cancelled = loop.after(Duration{1}, [&] { order += '!'; });
    loop.after(Duration{5}, [&] {
        order += 'a';
        loop.after(Duration{0}, [&] { order += 'c'; });
    });
    loop.cancel(cancelled);
    loop.cancel(0);
    while (order.size() < 3) loop.turn(Duration::seconds(5));
    CHECK(order == "acb");
}

TEST_CASE("work posted by another thread wakes the loop and runs in its thread") {
    EventLoop loop;
    std::thread::id ran_in;
    std::thread poster([&] { loop.post([&] { ran_in = std::this_thread::get_id(); }); });
    while (ran_in == std::thread::id()) loop.turn(Duration::seconds(5));
    poster.join();
    CHECK(ran_in == std::this_thread::get_id());
}

TEST_CASE("who stays awake sees what comes soon and sleeps when nothing does") {
    EventLoop loop;
    loop.stay_awake();
    Pair pair;
    std::string got;
    loop.watch(pair.ends[0], true, false, [&](Readiness) { got += take(pair.ends[0]); });
    std::thread sender([&] {
        for (int i = 0; i < 200; ++i) send_text(pair.ends[1], "x");
    });
    while (got.size() < 200) loop.turn(Duration::seconds(5));
    sender.join();

    const auto begun = thread_time();
    bool late = false;
    loop.after(Duration{100}, [&] { late = true; });
    while (!late) loop.turn(Duration::seconds(5));
    CHECK(got.size() == 200);
    CHECK(thread_time() - begun < std::chrono::milliseconds{50}); // of the hundred that it waited
}
