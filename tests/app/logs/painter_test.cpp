// SPDX-License-Identifier: Apache-2.0
#include "app/logs/merge.hpp"
#include "app/logs/painter.hpp"
#include "data/json.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using app::LinePiece, app::LogFormat, app::LogOrigin, app::PaintOptions;

namespace {

const LogOrigin k_api{.namespace_name = "shop", .pod = "checkout-58d5c7b6f-2xkqj", .container = "api", .short_pod = "2xkqj", .number = 0};
const LogOrigin k_proxy{.namespace_name = "shop", .pod = "web-0", .container = "proxy", .short_pod = "web-0", .number = 1};

std::string painted(const PaintOptions& options, const LinePiece& piece, const std::vector<std::string>& highlight = {}) {
    const auto filter = app::LineFilter::make({}, {}, highlight);
    REQUIRE(filter);
    app::Painter painter(options, *filter);
    painter.make_room(k_api);
    painter.make_room(k_proxy);
    std::string out;
    painter.paint(out, k_api, piece);
    return out;
}

const LinePiece k_hostile{.time = 1, .stamp = "2026-09-14T12:05:33Z", .text = "\x1b[31mred\x1b[2J\xff\r"};

} // namespace

TEST_CASE("bytes are kept when the output is no terminal") {
    CHECK(painted({}, k_hostile) == "\x1b[31mred\x1b[2J\xff\r\n");
    CHECK(painted({.timestamps = true}, k_hostile) == "2026-09-14T12:05:33Z \x1b[31mred\x1b[2J\xff\r\n");
    CHECK(painted({.prefix = true}, {.text = "a"}) == "[pod/checkout-58d5c7b6f-2xkqj/api] a\n");
    CHECK(painted({.format = LogFormat::raw, .prefix = true, .timestamps = true, .terminal = true}, k_hostile) == "\x1b[31mred\x1b[2J\xff\r\n");
    CHECK(painted({}, {.text = "no end", .newline = false}) == "no end");
    CHECK(painted({.prefix = true}, {.text = "part", .ends = false}) == "[pod/checkout-58d5c7b6f-2xkqj/api] part");
    CHECK(painted({.prefix = true}, {.text = "rest", .starts = false}) == "rest\n");
}

TEST_CASE("a terminal gets colours of the application and nothing that steers it") {
    CHECK(painted({.terminal = true, .color = true}, k_hostile) == "\x1b[31mred^[[2J\\xff\x1b[0m\n");
    CHECK(painted({.terminal = true}, k_hostile) == "red^[[2J\\xff\n");
    CHECK(painted({.prefix = true, .terminal = true}, {.text = "a"}) == "2xkqj api   a\n");
    CHECK(painted({.prefix = true, .terminal = true, .color = true}, {.text = "a"}) == "\x1b[36m2xkqj api  \x1b[0m a\n");
}

TEST_CASE("what matches is highlighted without disturbing the application's colours") {
    CHECK(painted({.terminal = true, .color = true}, {.text = "one two one"}, {"one", "ne t"}) == "\x1b[7mone t\x1b[27mwo \x1b[7mone\x1b[27m\n");
    CHECK(painted({}, {.text = "one"}, {"one"}) == "one\n");
}

TEST_CASE("JSON has one object a line, also of a line in pieces, and is always valid") {
    std::string out = painted({.format = LogFormat::json}, {.time = 1, .stamp = "2026-09-14T12:05:33Z", .text = "a \"quoted\" \xff\x1b", .ends = false});
    out += painted({.format = LogFormat::json}, {.text = "\\ rest\t", .starts = false});
    const auto value = data::parse_json(out);
    REQUIRE(value);
    CHECK((*value)["line"].as_string() == "a \"quoted\" \xef\xbf\xbd\x1b\\ rest\t");
    CHECK((*value)["time"].as_string() == "2026-09-14T12:05:33Z");
    CHECK((*value)["pod"].as_string() == k_api.pod);
    CHECK((*value)["container"].as_string() == "api");
    CHECK(out.ends_with("\"}\n"));
}

TEST_CASE("events stand between lines and are safe") {
    const auto filter = app::LineFilter::make({}, {}, {});
    const app::LogEvent event{.name = "containerEnded", .words = "container ended:\x1b[2J exit 1"};
    const auto event_in = [&](const PaintOptions& options) {
        app::Painter painter(options, *filter);
        painter.make_room(k_api);
        painter.make_room(k_proxy);
        std::string out;
        painter.paint_event(out, k_api, event, "2026-09-14T12:05:33Z");
        return out;
    };
    CHECK(event_in({.prefix = true, .terminal = true}) == "2xkqj api   --- container ended:^[[2J exit 1 ---\n");
    CHECK(event_in({.terminal = true}) == "--- container ended:^[[2J exit 1 ---\n");
    CHECK(event_in({}) == "--- pod/checkout-58d5c7b6f-2xkqj/api: container ended:^[[2J exit 1 ---\n");
    const auto value = data::parse_json(event_in({.format = LogFormat::json}));
    REQUIRE(value);
    CHECK((*value)["event"].as_string() == "containerEnded");
}

TEST_CASE("lines are shown that one pattern wants and none excludes, whatever their colours") {
    const auto filter = app::LineFilter::make({"ERROR", "OutOf"}, {"health"}, {});
    REQUIRE(filter);
    CHECK(filter->passes("an ERROR"));
    CHECK(filter->passes("OutOfMemory"));
    CHECK(filter->passes("\x1b[31mERR\x1b[0mOR"));
    CHECK(!filter->passes("error"));
    CHECK(!filter->passes("ERROR in /health"));
    CHECK(app::LineFilter::make({}, {"a"}, {})->passes("b"));
    for (const auto& bad : {app::LineFilter::make({"("}, {}, {}), app::LineFilter::make({}, {"("}, {}), app::LineFilter::make({}, {}, {"("})}) {
        REQUIRE(!bad);
        CHECK(bad.error().kind == ErrorKind::usage);
        CHECK(contains(bad.error().message, "does not take `(`"));
    }
}

TEST_CASE("the oldest line is next, and waits for logs that may still bring an older one") {
    using app::MergeInput;
    const auto chosen = [](std::vector<MergeInput> inputs, std::int64_t now, std::int64_t hold) {
        const auto choice = app::choose_next(inputs, now, hold);
        return choice.input ? static_cast<int>(*choice.input) : -1;
    };
    const MergeInput early{.has_line = true, .time = 1, .more_may_come = true, .arrived_ms = 100}, late{.has_line = true, .time = 2, .more_may_come = true, .arrived_ms = 100};
    const MergeInput silent{.more_may_come = true}, over{};
    CHECK(chosen({}, 0, -1) == -1);
    CHECK(chosen({late, early}, 0, -1) == 1);
    CHECK(chosen({early, early}, 0, -1) == 0);
    CHECK(chosen({late, over}, 0, -1) == 0);
    CHECK(chosen({late, silent}, 1'000'000, -1) == -1); // exact: never without the other
    CHECK(chosen({late, silent}, 299, 200) == -1);
    CHECK(chosen({late, silent}, 300, 200) == 0);
    CHECK(app::choose_next(std::vector<MergeInput>{late, silent}, 0, 200).look_again_ms == 300);
    CHECK(chosen({late, {.more_may_come = true, .waited_for_until_ms = 2000}}, 1999, 200) == -1);
    CHECK(chosen({late, {.more_may_come = true, .waited_for_until_ms = 2000}}, 2000, 200) == 0);
    CHECK(chosen({late, silent}, 100, 0) == 0);
}
