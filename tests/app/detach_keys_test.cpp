// SPDX-License-Identifier: Apache-2.0
#include "app/detach_keys.hpp"

#include <doctest/doctest.h>

using kdiag::app::DetachKeys;

namespace {

DetachKeys keys(std::string_view text) {
    auto parsed = DetachKeys::parse(text);
    REQUIRE(parsed);
    return *std::move(parsed);
}

} // namespace

TEST_CASE("the keys end the session however they come, and what was typed before is passed on") {
    const std::string typed = "ls\x10\x11more";
    for (std::size_t cut = 0; cut <= typed.size(); ++cut) {
        auto detach = keys("ctrl-p,ctrl-q");
        const auto first = detach.take(std::string_view(typed).substr(0, cut));
        std::string got = first.bytes;
        bool detached = first.detached;
        if (!detached) {
            const auto second = detach.take(std::string_view(typed).substr(cut));
            got += second.bytes;
            detached = second.detached;
        }
        CHECK(detached);
        CHECK(got == "ls");
    }
}

TEST_CASE("a key that only begins them goes to the program with the next one") {
    auto detach = keys("ctrl-p,ctrl-q");
    CHECK(detach.take("\x10").bytes.empty());
    CHECK(detach.take("x").bytes == "\x10x");
    CHECK(detach.take("\x10").bytes.empty());
    CHECK(detach.take("\x10").bytes == "\x10"); // the second may begin them
    CHECK(detach.take("\x11").detached);
    auto same = keys("a,a,b");
    CHECK(same.take("aa").bytes.empty());
    CHECK(same.take("a").bytes == "a");
    CHECK(same.take("b").detached);
}

TEST_CASE("keys are characters or control characters, or there are none") {
    CHECK(keys("").none());
    CHECK(keys("").take("\x10\x11").bytes == "\x10\x11");
    CHECK(keys("Ctrl-],x").take("\x1dx").detached);
    CHECK(keys("ctrl-@").take(std::string_view("\0", 1)).detached);
    for (const auto* bad : {"ctrl-", "ctrl-1", "ctrl-ab", "p,,q", "alt-x", ","}) CHECK_FALSE(DetachKeys::parse(bad));
}
