// SPDX-License-Identifier: Apache-2.0
#include "app/output.hpp"

#include "data/json.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

#include <map>
#include <sstream>

using namespace kdiag;

namespace {

struct World {
    std::ostringstream out, err;
    std::map<std::string, std::string> variables;
    app::Environment environment{.out = out, .err = err, .variable = [this](std::string_view name) -> std::optional<std::string> {
                                     const auto found = variables.find(std::string(name));
                                     return found == variables.end() ? std::nullopt : std::optional(found->second);
                                 }};
};

} // namespace

TEST_CASE("an output format is known by its word, and a misspelt one gets the nearest") {
    CHECK(*app::parse_format("json") == app::Format::json);
    CHECK(*app::parse_format("wide") == app::Format::wide);
    const auto misspelt = app::parse_format("jsn");
    REQUIRE(!misspelt);
    CHECK(misspelt.error().kind == ErrorKind::usage);
    CHECK(misspelt.error().help.front() == "did you mean `json`?");
    CHECK(contains(app::parse_format("go-template={{.x}}").error().help.front(), "jq"));
}

TEST_CASE("an error for people has its parts on lines of their own, safe for a terminal") {
    World world;
    app::print_error({.kind = ErrorKind::network, .message = "cannot reach \x1b[2Jserver", .notes = {"it said no"}, .help = {"try again"}}, {}, world.environment);
    CHECK(world.err.str() == "error: cannot reach ^[[2Jserver\n  = note: it said no\n  = help: try again\n");
    CHECK(world.out.str() == "");
}

TEST_CASE("an error for a program is one JSON document on standard error") {
    World world;
    app::print_error({.kind = ErrorKind::forbidden, .message = "may not \x1b read", .help = {"ask"}}, {.format = app::Format::json}, world.environment);
    const auto document = data::parse_json(world.err.str());
    REQUIRE(document);
    CHECK((*document)["exitCode"].as_integer() == 6);
    CHECK((*document)["message"].as_string() == "may not \x1b read");
    CHECK((*document)["help"].as_array().size() == 1);
    CHECK(world.out.str() == "");
}

TEST_CASE("text is laid out for the terminal, and piped text is left as it is") {
    World world;
    CHECK(app::text_options({}, world.environment).width == 0);
    CHECK_FALSE(app::text_options({}, world.environment).color);
    world.environment.stdout_is_terminal = true;
    world.environment.terminal_columns = 97;
    world.variables["LANG"] = "C.UTF-8";
    world.variables["TERM"] = "xterm";
    CHECK(app::text_options({}, world.environment).width == 97);
    CHECK(app::text_options({}, world.environment).color);
    CHECK_FALSE(app::text_options({}, world.environment).ascii);
    world.variables["NO_COLOR"] = "1";
    CHECK_FALSE(app::text_options({}, world.environment).color);
    CHECK(app::text_options({.color = "always"}, world.environment).color);
    CHECK(app::text_options({.ascii = true}, world.environment).ascii);
}
