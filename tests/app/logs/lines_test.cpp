// SPDX-License-Identifier: Apache-2.0
#include "app/logs/cursor.hpp"
#include "app/logs/line_buffer.hpp"
#include "app/logs/log_time.hpp"
#include "util/format.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

using namespace kdiag;
using app::LinePiece;

namespace {

std::string show(const LinePiece& piece) {
    return format("{}{}{}{}", piece.starts ? "<" : "~", piece.text, piece.ends ? ">" : "~", piece.ends && !piece.newline ? "!" : "");
}

std::string drain(app::LineBuffer& buffer) {
    std::string shown;
    while (const auto piece = buffer.front()) {
        shown += show(*piece);
        buffer.pop();
    }
    return shown;
}

} // namespace

TEST_CASE("the time of a line is read to the nanosecond in any zone") {
    CHECK(app::parse_log_time("1970-01-01T00:00:01Z") == 1'000'000'000);
    CHECK(app::parse_log_time("2026-09-14T12:05:33.123456789Z") == 1789387533123456789);
    CHECK(app::parse_log_time("2026-09-14T14:05:33.123456789+02:00") == 1789387533123456789);
    CHECK(app::parse_log_time("2026-09-14T11:35:33.1-00:30") == 1789387533100000000);
    for (const char* bad : {"", "2026", "2026-09-14 12:05:33Z", "2026-13-14T12:05:33Z", "2026-02-30T12:05:33Z", "2026-09-14T12:05:33", "2026-09-14T12:05:33.Z", "2026-09-14T12:05:33.1234567890Z",
                            "2026-09-14T25:05:33Z", "2026-09-14T12:05:33+0200", "2026-09-14T12:05:33Zx", "20x6-09-14T12:05:33Z", "INFO: something happened here"}) {
        CAPTURE(bad);
        CHECK(!app::parse_log_time(bad));
    }
    CHECK(app::whole_second(1789387533923456789) == "2026-09-14T12:05:33Z");
}

TEST_CASE("lines are whole however their bytes arrive") {
    const std::string text = "2026-09-14T12:05:33.1Z first\n2026-09-14T12:05:33.2+02:00 \n2026-09-14T12:05:33.3Z  two  spaces\nno time\n2026-09-14T12:05:33.4Z\n2026-09-14T12:05:34Z \xe4\xb8\xad\xff";
    for (const std::size_t step : {1u, 2u, 7u, 1000u}) {
        CAPTURE(step);
        app::LineBuffer buffer(true);
        std::string shown;
        for (std::size_t at = 0; at < text.size(); at += step) {
            buffer.push(std::string_view(text).substr(at, step));
            shown += drain(buffer);
        }
        CHECK(!buffer.ended());
        buffer.finish();
        shown += drain(buffer);
        CHECK(shown == "<first><>< two  spaces><no time><><\xe4\xb8\xad\xff>!");
        CHECK(buffer.ended());
    }
}

TEST_CASE("a line's time and stamp belong to all of its pieces") {
    app::LineBuffer buffer(true, 8);
    buffer.push("2026-09-14T12:05:33.5Z " + std::string(60, 'x'));
    auto piece = buffer.front();
    REQUIRE(piece);
    CHECK(piece->stamp == "2026-09-14T12:05:33.5Z");
    CHECK(piece->time == 1789387533500000000);
    CHECK(!piece->ends);
    buffer.pop();
    CHECK(buffer.in_line());
    buffer.push("end\n");
    piece = buffer.front();
    REQUIRE(piece);
    CHECK(!piece->starts);
    CHECK(piece->time == 1789387533500000000);
    CHECK(piece->text.ends_with("xend"));
    buffer.pop();
    CHECK(!buffer.in_line());
}

TEST_CASE("a line of 10 MB comes in pieces, whole and in bounded memory") {
    std::mt19937 random(7);
    std::string line;
    while (line.size() < 10'000'000) line += random() % 3 == 0 ? "\xf0\x9f\x99\x82" : random() % 3 == 0 ? "\x1b[31m" : "abc";
    app::LineBuffer buffer(false, 64 * 1024);
    std::string joined;
    std::size_t largest = 0;
    const auto take = [&] {
        while (const auto piece = buffer.front()) {
            CHECK_FALSE((!piece->ends && static_cast<unsigned char>(piece->text.back()) == 0x9f && piece->text.substr(piece->text.size() - 2, 1) == "\xf0"));
            joined += piece->text;
            CHECK(!piece->text.ends_with("\x1b"));
            CHECK(!piece->text.ends_with("\x1b["));
            CHECK(!piece->text.ends_with("\x1b[3"));
            if (!piece->ends) CHECK((static_cast<unsigned char>(piece->text.back()) < 0x80 || static_cast<unsigned char>(piece->text.back()) == 0x82));
            buffer.pop();
        }
    };
    for (std::size_t at = 0; at < line.size(); at += 16384) {
        buffer.push(std::string_view(line).substr(at, 16384));
        largest = std::max(largest, buffer.size());
        take();
    }
    buffer.push("\n");
    take();
    CHECK(joined == line);
    CHECK(largest < 100'000);
}

namespace {

LinePiece piece_of(app::LogTime time, const std::string& text) {
    return {.time = time, .stamp = {}, .text = text};
}

} // namespace

TEST_CASE("a log that is read again from its last second gives each line once") {
    constexpr app::LogTime k_second = 1'000'000'000;
    std::mt19937 random(3);
    for (int round = 0; round < 200; ++round) {
        // Few distinct texts and times, so that equal lines are common; a little out of order, as two streams are.
        std::vector<std::pair<app::LogTime, std::string>> log;
        app::LogTime time = 100 * k_second;
        for (int i = 0; i < 60; ++i) {
            time += random() % 3 == 0 ? static_cast<app::LogTime>(random() % 4) * (k_second / 3) : 0;
            log.emplace_back(time - (random() % 5 == 0 ? 1 : 0), std::string(1, static_cast<char>('a' + random() % 3)));
        }
        app::LogCursor cursor;
        std::vector<std::string> taken;
        std::size_t read = 0;
        for (int tries = 0; read < log.size() && tries < 100; ++tries) {
            cursor.resume();
            const app::LogTime since = cursor.empty() ? 0 : cursor.since();
            // The connection breaks after some lines that are new.
            std::size_t left = 1 + random() % 20;
            for (const auto& [at, text] : log) {
                if (at < since || left == 0) continue;
                const auto piece = piece_of(at, text);
                if (cursor.is_repeat(piece)) continue;
                cursor.note(piece);
                taken.push_back(text);
                ++read;
                --left;
            }
            CHECK(!cursor.lost_lines());
        }
        std::string expected, got;
        for (const auto& line : log) expected += line.second;
        for (const auto& line : taken) got += line;
        std::sort(expected.begin(), expected.end());
        std::sort(got.begin(), got.end());
        CHECK(got == expected);
    }
}

TEST_CASE("a log that was rotated while nobody read has lost lines, and that is known") {
    app::LogCursor cursor;
    cursor.note(piece_of(5'100'000'000, "a"));
    cursor.resume();
    CHECK(!cursor.is_repeat(piece_of(9'000'000'000, "later")));
    CHECK(cursor.lost_lines());
    cursor.resume();
    CHECK(cursor.is_repeat(piece_of(5'100'000'000, "a")));
    CHECK(!cursor.is_repeat(piece_of(9'000'000'000, "later")));
    CHECK(!cursor.lost_lines());
}

TEST_CASE("the rest of a line that began before the last second is not taken for a line") {
    app::LogCursor cursor;
    cursor.note(piece_of(5'100'000'000, "a"));
    cursor.resume();
    CHECK(cursor.is_repeat(piece_of(0, "rest of a long line")));
    CHECK(cursor.is_repeat(piece_of(5'100'000'000, "a")));
    CHECK(!cursor.is_repeat(piece_of(0, "a message of the kubelet")));
}

TEST_CASE("more lines in a second than are remembered are still given once") {
    app::LogCursor cursor;
    for (int i = 0; i < 100'000; ++i) cursor.note(piece_of(5'000'000'000 + i, "x"));
    cursor.note(piece_of(5'000'099'999, "y"));
    cursor.resume();
    for (int i = 0; i < 100'000; ++i) CHECK(cursor.is_repeat(piece_of(5'000'000'000 + i, "x")));
    CHECK(cursor.is_repeat(piece_of(5'000'099'999, "y")));
    CHECK(!cursor.is_repeat(piece_of(5'000'099'999, "z")));
    CHECK(!cursor.is_repeat(piece_of(5'000'100'000, "x")));
}
