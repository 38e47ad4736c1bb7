// SPDX-License-Identifier: Apache-2.0
#include "local/output.hpp"

#include "../support/golden.hpp"
#include "../support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <pty.h>
#include <string>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

using namespace kdiag;
using namespace kdiag::local;

namespace {

std::string pattern(std::size_t size) {
    std::string text;
    for (std::size_t i = 0; text.size() < size; ++i) text += std::to_string(i) + ' ';
    return text;
}

std::string read_all(int descriptor) {
    std::string text;
    std::array<char, 8192> buffer{};
    for (ssize_t got = 0; (got = read(descriptor, buffer.data(), buffer.size())) > 0;) text.append(buffer.data(), static_cast<std::size_t>(got));
    return text;
}

void finish(net::EventLoop& loop, const Output& output) {
    for (int i = 0; i < 2000 && !output.empty(); ++i) loop.turn(Duration{50});
}

} // namespace

TEST_CASE("a slow reader is waited for without blocking, and gets everything") {
    for (const bool socket : {false, true}) {
        CAPTURE(socket);
        std::array<int, 2> ends{};
        REQUIRE((socket ? socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) : pipe(ends.data())) == 0);
        const std::string text = pattern(1 << 20);
        std::string got;
        std::thread reader;
        {
            net::EventLoop loop;
            int drained = 0;
            Output output(loop, ends[1], [&] { ++drained; });
            output.write("a");
            CHECK(output.empty()); // there was room: it went out at once
            for (std::size_t at = 0; at < text.size(); at += 100'000) output.write(std::string_view(text).substr(at, 100'000));
            CHECK(output.full());
            loop.turn(Duration{10});
            CHECK(output.full());
            CHECK(drained == 0);
            reader = std::thread([&] { got = read_all(ends[0]); });
            finish(loop, output);
            CHECK(drained == 1);
            CHECK_FALSE(output.full());
            CHECK(output.error() == 0);
            CHECK((fcntl(ends[1], F_GETFL) & O_NONBLOCK) == 0); // the descriptor is the shell's as well as ours
        }
        close(ends[1]);
        reader.join();
        CHECK(got == "a" + text);
        close(ends[0]);
    }
}

TEST_CASE("a terminal that is stopped is waited for") {
    int master = -1, slave = -1;
    REQUIRE(openpty(&master, &slave, nullptr, nullptr, nullptr) == 0);
    net::EventLoop loop;
    Output output(loop, slave);
    output.write(pattern(300'000));
    CHECK(output.full());
    std::size_t got = 0;
    std::array<char, 8192> buffer{};
    for (int i = 0; i < 2000 && !output.empty(); ++i) {
        got += static_cast<std::size_t>(std::max<ssize_t>(0, read(master, buffer.data(), buffer.size())));
        loop.turn(Duration{5});
    }
    CHECK(output.empty());
    CHECK(got > 200'000);
    close(master);
    close(slave);
}

TEST_CASE("a file is written where the descriptor stands, without waiting") {
    const test::TemporaryFolder folder;
    const auto path = folder.write("log", "before\n");
    const int file = open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    net::EventLoop loop;
    Output output(loop, file);
    const auto text = pattern(1 << 20);
    output.write(text);
    CHECK(output.empty());
    CHECK(test::read_file(path) == "before\n" + text);
    close(file);
}

TEST_CASE("a reader that has gone, and a full disk, are errors; what comes after is dropped") {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    net::EventLoop loop;
    int drained = 0;
    {
        Output output(loop, ends[1], [&] { ++drained; });
        output.write(pattern(400'000));
        CHECK(output.full());
        close(ends[0]);
        loop.turn(Duration{50});
        CHECK(output.error() == EPIPE);
        CHECK(output.empty());
        CHECK(drained == 1); // whoever waits for room is told
        output.write("more");
        CHECK(output.empty());
    }
    {
        Output gone_before(loop, ends[1]);
        gone_before.write("a");
        CHECK(gone_before.error() == EPIPE);
    }
    close(ends[1]);
    const int full = open("/dev/full", O_WRONLY | O_CLOEXEC);
    {
        Output output(loop, full);
        output.write("a");
        CHECK(output.error() == ENOSPC);
    }
    close(full);
    Output closed(loop, full);
    closed.write("a");
    CHECK(closed.error() == EBADF);
}

TEST_CASE("a reader of a pipe that goes is noticed without a write, once it is asked for") {
    for (const bool asked : {false, true}) {
        CAPTURE(asked);
        std::array<int, 2> ends{};
        REQUIRE(pipe(ends.data()) == 0);
        net::EventLoop loop;
        Output output(loop, ends[1]);
        if (asked) output.notice_reader();
        output.write("a");
        loop.turn(Duration{0});
        CHECK(output.error() == 0);
        close(ends[0]);
        loop.turn(Duration{200});
        CHECK(output.error() == (asked ? EPIPE : 0));
        close(ends[1]);
    }
    const int file = open("/dev/null", O_WRONLY | O_CLOEXEC);
    net::EventLoop loop;
    Output other(loop, file); // what is no pipe has no reader
    other.notice_reader();
    loop.turn(Duration{0});
    CHECK(other.error() == 0);
    close(file);
}
