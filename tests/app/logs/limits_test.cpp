// SPDX-License-Identifier: Apache-2.0
// How much is read, held and waited for.
#include "logs_world.hpp"

#include <chrono>
#include <thread>

using namespace kdiag;
using namespace kdiag::test;

namespace {

const std::string k_two = R"({"name":"app"},{"name":"proxy"})";
constexpr std::size_t k_long = 10'000'000;

/// A log whose lines have times, and the same without.
struct StampedLog {
    std::string with_times, plain;
    StampedLog() {
        for (const auto& [time, text] : {std::pair{"2026-09-14T12:00:01.25Z", "first"}, std::pair{"2026-09-14T12:00:02Z", ""}, std::pair{"2026-09-14T12:00:03.123456789Z", "the third"}}) {
            with_times += format("{} {}\n", time, text);
            plain += format("{}\n", text);
        }
    }
};

std::string long_line(const std::string& time, const std::string& begin, const std::string& end) {
    return time + " " + begin + std::string(k_long, 'x') + end + "\n";
}

} // namespace

TEST_CASE("a limit of bytes counts as the kubelet counts, whatever kdiag asks for itself") {
    const StampedLog log;
    for (const bool timestamps : {false, true}) {
        const auto& whole = timestamps ? log.with_times : log.plain;
        for (std::size_t limit = 1; limit <= whole.size() + 1; ++limit) {
            CAPTURE(limit);
            LogsWorld world;
            world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})});
            world.cluster.handle(k_pods + "/web-1/log", [&](const FakeRequest& request) {
                CHECK(!request.query.contains("limitBytes")); // of the bytes with times that are only there for the merge it would be another number
                return request.query.at("container") == "app" ? plain(log.with_times) : plain("");
            });
            world.options.all_containers = true;
            world.options.prefix = "never";
            world.options.timestamps = timestamps;
            world.options.limit_bytes = static_cast<std::int64_t>(limit);
            CHECK(world.run({"web-1"}) == whole.substr(0, limit));
            CHECK(world.outcome() == "0");
        }
    }
}

TEST_CASE("what a filter leaves out counts for a limit of bytes, as it is read") {
    const StampedLog log;
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})});
    world.cluster.handle(k_pods + "/web-1/log", [&](const FakeRequest&) { return plain(log.with_times); });
    world.options.all_containers = true;
    world.options.prefix = "never";
    world.options.include = {"third"};
    world.options.limit_bytes = 12; // "first", an empty line and "the t"; a line is judged whole
    CHECK(world.run({"web-1"}) == "the t\nthe t");
    world.options.limit_bytes = 7;
    CHECK(world.run({"web-1"}).empty());
}

TEST_CASE("a limit of bytes ends what is followed, of JSON too, and other logs go on") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})});
    world.cluster.handle(k_pods + "/web-1/log", [&](const FakeRequest& request) {
        return request.query.at("container") == "app" ? endless("2026-09-14T12:00:01Z four\n") : endless("2026-09-14T12:00:02Z " + std::string(100'000, 'y'));
    });
    world.cluster.reply(k_pods, endless(watch_event("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})")));
    world.options.all_containers = world.options.follow = true;
    world.options.format = "json";
    world.options.limit_bytes = 3;
    CHECK(world.run({"web-1"}) == R"({"time":"2026-09-14T12:00:01Z","namespace":"shop","pod":"web-1","container":"app","line":"fou"})"
                                  "\n" R"({"time":"2026-09-14T12:00:02Z","namespace":"shop","pod":"web-1","container":"proxy","line":"yyy"})" "\n");
    CHECK(world.outcome() == "0");
}

TEST_CASE("a filter sees lines of 10 MB whole") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = k_two})});
    const auto found = long_line("2026-09-14T12:00:01Z", "\x1b[31ma ", " needle"), other = long_line("2026-09-14T12:00:02Z", "b ", " nothing");
    world.cluster.handle(k_pods + "/web-1/log", [&](const FakeRequest& request) { return plain((request.query.at("container") == "app" ? found : other) + "2026-09-14T12:00:03Z short needle\n"); });
    world.options.all_containers = true;
    world.options.prefix = "never";
    world.options.include = {"needle$"};
    bool same = world.run({"web-1"}) == found.substr(21) + "short needle\nshort needle\n";
    CHECK(same);
    world.options.include.clear();
    world.options.exclude = {"needle"};
    same = world.run({"web-1"}) == other.substr(21);
    CHECK(same);
}

TEST_CASE("a filter waits for the rest of a line that is neither short nor long") {
    LogsWorld world;
    std::string text, kept;
    for (int i = 0; i < 30; ++i) {
        const auto line = std::string(150'000, static_cast<char>('a' + i % 3)) + "\n";
        text += line;
        if (i % 3 == 1) kept += line;
    }
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})}).reply(k_pods + "/web-1/log", plain(text));
    world.options.include = {"b$"};
    const bool same = world.run({"web-1"}) == kept;
    CHECK(same);
}

TEST_CASE("more long lines than are held at once are judged by their beginnings, and longer ones too") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = R"({"name":"a"},{"name":"b"},{"name":"c"},{"name":"d"})"})});
    std::size_t expected = 0;
    world.cluster.handle(k_pods + "/web-1/log", [&](const FakeRequest& request) {
        return plain(long_line("2026-09-14T12:00:01Z", "begins " + request.query.at("container"), request.query.at("container") == "d" ? std::string(5'000'000, 'x') : ""));
    });
    world.options.all_containers = true;
    world.options.prefix = "never";
    world.options.include = {"^begins"};
    expected = 4 * (k_long + 9) + 5'000'000;
    CHECK(world.run({"web-1"}).size() == expected);
    CHECK(world.outcome() == "0");
    world.options.include = {"^nowhere"};
    CHECK(world.run({"web-1"}).empty());
}

TEST_CASE("many logs at once leave little room for each, and a line that needs more still comes") {
    LogsWorld world;
    std::string containers;
    for (int i = 0; i < 300; ++i) containers += format(R"({}{{"name":"c{}"}})", i == 0 ? "" : ",", i);
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({.containers = containers})});
    const std::string text(60'000, 'z');
    world.cluster.handle(k_pods + "/web-1/log", [&](const FakeRequest& request) { return plain(request.query.at("container") == "c7" ? "2026-09-14T12:00:01Z " + text + "\n" : ""); });
    world.options.all_containers = true;
    world.options.prefix = "never";
    world.options.max_requests = 300;
    CHECK(world.run({"web-1"}) == text + "\n");
    CHECK(world.outcome() == "0");
}

TEST_CASE("a reader that goes while nothing is written ends what is followed, at once and well") {
    LogsWorld world;
    world.cluster.reply(k_pods + "/web-1", {.body = pod_json({})}).reply(k_pods + "/web-1/log", endless("2026-09-14T12:00:01Z a\n"));
    world.cluster.reply(k_pods, endless(watch_event("BOOKMARK", R"({"metadata":{"resourceVersion":"9"}})")));
    world.options.follow = true;
    world.options.targets = {"web-1"};
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    std::string got;
    std::chrono::steady_clock::time_point left;
    std::thread reader([&] {
        char buffer[16];
        got.assign(buffer, static_cast<std::size_t>(std::max<ssize_t>(0, read(ends[0], buffer, sizeof buffer))));
        std::this_thread::sleep_for(std::chrono::milliseconds(300));
        left = std::chrono::steady_clock::now();
        close(ends[0]);
    });
    world.run_into(ends[1]);
    const auto ended = std::chrono::steady_clock::now();
    reader.join();
    close(ends[1]);
    CHECK(got == "a\n");
    CHECK(world.outcome() == "0");
    CHECK(ended - left < std::chrono::seconds(2));
}
