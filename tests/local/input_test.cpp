// SPDX-License-Identifier: Apache-2.0
#include "local/input.hpp"

#include "../support/temporary_folder.hpp"

#include <doctest/doctest.h>

#include <array>
#include <fcntl.h>
#include <string>
#include <unistd.h>

using namespace kdiag;
using namespace kdiag::local;

namespace {

/// Everything that comes from a descriptor, and how it ended.
struct Reader {
    net::EventLoop loop;
    std::string data;
    int ends = 0;
    std::optional<Error> error;
    Input input;

    explicit Reader(int descriptor)
        : input(loop, descriptor, {.on_data = [this](std::string_view bytes) { data += bytes; }, .on_end = [this](std::optional<Error> e) { ++ends, error = std::move(e); }}) {}
    void turn(int times = 1) {
        for (int i = 0; i < times; ++i) loop.turn(Duration{20});
    }
};

} // namespace

TEST_CASE("a pipe is read as it fills, to its end") {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    Reader reader(ends[0]);
    reader.turn();
    CHECK(reader.data.empty());
    REQUIRE(write(ends[1], "one", 3) == 3);
    reader.turn();
    CHECK(reader.data == "one");
    REQUIRE(write(ends[1], "two", 3) == 3);
    close(ends[1]);
    reader.turn(3);
    CHECK(reader.data == "onetwo");
    CHECK(reader.ends == 1);
    CHECK_FALSE(reader.error);
    CHECK((fcntl(ends[0], F_GETFL) & O_NONBLOCK) == 0);
    close(ends[0]);
}

TEST_CASE("nothing is read while it is paused, and nothing is lost") {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    Reader reader(ends[0]);
    reader.input.pause();
    REQUIRE(write(ends[1], "later", 5) == 5);
    close(ends[1]);
    reader.turn(2);
    CHECK(reader.data.empty());
    CHECK(reader.ends == 0);
    reader.input.resume();
    reader.turn(3);
    CHECK(reader.data == "later");
    CHECK(reader.ends == 1);
    reader.input.resume(); // after the end: nothing
    reader.turn();
    CHECK(reader.ends == 1);
    close(ends[0]);
}

TEST_CASE("files and /dev/null are read too, piece by piece") {
    const test::TemporaryFolder folder;
    std::string text;
    for (int i = 0; i < 50'000; ++i) text += std::to_string(i) + "\n";
    const int file = open(folder.write("data", text).c_str(), O_RDONLY | O_CLOEXEC);
    Reader reader(file);
    reader.turn();
    CHECK(reader.data.size() == 32 * 1024);
    reader.turn(20);
    CHECK(reader.data == text);
    CHECK(reader.ends == 1);
    close(file);

    const int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    Reader nothing(null);
    nothing.turn();
    CHECK(nothing.ends == 1);
    CHECK_FALSE(nothing.error);
    close(null);
}

TEST_CASE("a closed standard input is an end, one that fails is an error") {
    const int closed = open("/dev/null", O_WRONLY | O_CLOEXEC); // what takes the place of a closed stream
    Reader empty(closed);
    empty.turn();
    CHECK(empty.ends == 1);
    CHECK_FALSE(empty.error);
    close(closed);

    const int folder = open("/", O_RDONLY | O_CLOEXEC);
    Reader broken(folder);
    broken.turn(2);
    CHECK(broken.ends == 1);
    REQUIRE(broken.error);
    CHECK(broken.error->kind == ErrorKind::io);
    CHECK(broken.error->message.find("Is a directory") != std::string::npos);
    close(folder);
}
