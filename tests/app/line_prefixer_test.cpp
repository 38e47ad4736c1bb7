// SPDX-License-Identifier: Apache-2.0
#include "app/line_prefixer.hpp"

#include <doctest/doctest.h>

using kdiag::app::LinePrefixer;

TEST_CASE("lines are prefixed however they are cut") {
    const std::string text = "one\n\ntwo\r\nthree";
    for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        LinePrefixer lines("[a] ");
        auto got = lines.take(std::string_view(text).substr(0, cut));
        got += lines.take(std::string_view(text).substr(cut));
        got += lines.finish();
        CHECK(got == "[a] one\n[a] \n[a] two\r\n[a] three\n");
        CHECK(lines.finish().empty());
    }
}

TEST_CASE("nothing is given out before its line has ended, unless it is too long") {
    LinePrefixer lines("p ");
    CHECK(lines.take("abc").empty());
    CHECK(lines.take("def\ng") == "p abcdef\n");
    CHECK(lines.finish() == "p g\n");
    const std::string longest(LinePrefixer::k_longest, 'x');
    CHECK((lines.take(longest + "yz\n") == "p " + longest + "\np yz\n"));
    CHECK((lines.take(longest + "\n") == "p " + longest + "\n"));
}
