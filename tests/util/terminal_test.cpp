// SPDX-License-Identifier: Apache-2.0
#include "util/terminal.hpp"

#include <doctest/doctest.h>

#include <map>

using namespace kdiag;

namespace {

Terminal inspect(TerminalRequest request, std::map<std::string, std::string> variables) {
    return inspect_terminal(request, [variables = std::move(variables)](std::string_view name) -> std::optional<std::string> {
        const auto found = variables.find(std::string(name));
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    });
}

} // namespace

TEST_CASE("a pipe gets no colour, no width and UTF-8") {
    const auto pipe = inspect({}, {{"TERM", "xterm"}, {"LANG", "C"}, {"COLUMNS", "100"}});
    CHECK(pipe.width == 0);
    CHECK(!pipe.color);
    CHECK(!pipe.ascii);
}

TEST_CASE("a terminal gets its width, colour and the characters of its locale") {
    const auto terminal = inspect({.is_terminal = true, .columns = 132}, {{"TERM", "xterm"}, {"LANG", "de_DE.UTF-8"}});
    CHECK(terminal.width == 132);
    CHECK(terminal.color);
    CHECK(!terminal.ascii);
    CHECK(inspect({.is_terminal = true}, {{"TERM", "xterm"}, {"LANG", "C"}}).ascii);
    CHECK(inspect({.is_terminal = true}, {{"TERM", "linux"}, {"LANG", "C.UTF-8"}}).ascii);
    CHECK(inspect({.is_terminal = true}, {{"TERM", "xterm"}}).width == 80);
    CHECK(inspect({.is_terminal = true, .columns = 132}, {{"COLUMNS", "100"}}).width == 100);
}

TEST_CASE("flags outrank variables, and variables the terminal") {
    const TerminalRequest terminal{.is_terminal = true};
    CHECK(!inspect(terminal, {{"TERM", "dumb"}}).color);
    CHECK(!inspect(terminal, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}).color);
    CHECK(inspect(terminal, {{"TERM", "xterm"}, {"NO_COLOR", ""}}).color);
    CHECK(!inspect(terminal, {{"TERM", "xterm"}, {"CLICOLOR", "0"}}).color);
    CHECK(inspect({}, {{"CLICOLOR_FORCE", "1"}}).color);
    CHECK(inspect({}, {{"FORCE_COLOR", "1"}}).color);
    CHECK(inspect({.color = "always"}, {{"NO_COLOR", "1"}}).color);
    CHECK(!inspect({.color = "never", .is_terminal = true}, {{"TERM", "xterm"}}).color);
    CHECK(inspect({}, {{"KDIAG_FORCE_TTY", "90"}}).width == 90);
    CHECK(inspect({}, {{"KDIAG_FORCE_TTY", "many"}}).width == 0);
}
