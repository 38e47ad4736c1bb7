// SPDX-License-Identifier: Apache-2.0
#include "local/screen_modes.hpp"

#include <doctest/doctest.h>

using kdiag::local::ScreenModes;

TEST_CASE("what a full-screen program leaves on is undone, however its output was cut") {
    const std::string vi = "\x1b[?1049h\x1b[1;24r\x1b[?1;25l\x1b[?1000;1006h\x1b[?2004h\x1b=\x1b[2Jtext\x1b[31m";
    for (std::size_t cut = 0; cut <= vi.size(); ++cut) {
        ScreenModes modes;
        modes.watch(std::string_view(vi).substr(0, cut));
        modes.watch(std::string_view(vi).substr(cut));
        CHECK(modes.undo() == "\x1b[?1000l\x1b[?1006l\x1b[?1049l\x1b[?2004l\x1b[?25h\x1b>");
        modes.watch("\x1b[?1000;1006l\x1b[?2004l\x1b[?1049l\x1b[?25h\x1b>");
        CHECK(modes.undo().empty());
    }
}

TEST_CASE("other output leaves nothing to undo") {
    ScreenModes modes;
    modes.watch("plain \x1b[31mred\x1b[0m \x1b]0;title\x07 \x1b[?7h \x1b[4h \x1b[?99999999999999999h\x1b[?\x1b[?;;h");
    modes.watch(std::string("\x1b[?") + std::string(100'000, '1') + "h");
    CHECK(modes.undo().empty());
}
