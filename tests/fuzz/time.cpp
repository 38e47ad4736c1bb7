// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "util/timestamp.hpp"

namespace kdiag::fuzz {

namespace {

void check_time(std::string_view bytes) {
    const auto time = parse_rfc3339(bytes);
    if (!time) return;
    const std::string written = to_rfc3339(*time);
    const auto again = parse_rfc3339(written);
    promise(again.has_value(), "a time that was written cannot be read");
    promise(again->milliseconds <= time->milliseconds && time->milliseconds - again->milliseconds < 1000, "a time changes when it is written");
    promise(to_rfc3339(*again) == written, "a written time is written otherwise");
    promise(written.substr(11, 8) == to_clock(*time), "clock and time differ");
}

void check_duration(std::string_view bytes) {
    const auto duration = parse_duration(bytes);
    if (!duration) return;
    promise(duration->milliseconds >= 0 && duration->milliseconds <= 9'000'000'000'000'000, "a length of time beyond its limits");
    const auto age = to_age(*duration);
    promise(!age.empty() && age != "<invalid>", "a length of time has no age");
    const auto shown = parse_duration(age.find('y') == std::string::npos ? age : "0s");
    promise(shown && shown->milliseconds <= duration->milliseconds, "an age is longer than what it shows");
}

} // namespace

void fuzz_time(std::string_view bytes) {
    check_time(bytes);
    check_duration(bytes);
}

Seeds seeds_time() {
    return {"2026-09-14T12:05:33Z", "2026-09-14T12:05:33.123456789Z", "2024-02-29T00:00:00+05:30", "1970-01-01T00:00:00Z", "2026-12-31 23:59:60z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-12:00",
            "30s", "1m30s", "500ms", "2h", "15", "1.5h", "1d", "1us", "100ns", "0"};
}

} // namespace kdiag::fuzz
