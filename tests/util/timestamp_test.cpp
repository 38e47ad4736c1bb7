// SPDX-License-Identifier: Apache-2.0
#include "util/timestamp.hpp"

#include <doctest/doctest.h>

using namespace kdiag;

TEST_CASE("RFC 3339 times are read with fractions and offsets, and written in UTC") {
    CHECK(to_rfc3339(*parse_rfc3339("2026-09-14T12:05:33Z")) == "2026-09-14T12:05:33Z");
    CHECK(to_rfc3339(*parse_rfc3339("2026-09-14T12:05:33.987654Z")) == "2026-09-14T12:05:33Z");
    CHECK(to_rfc3339(*parse_rfc3339("2026-09-14T14:05:33+02:00")) == "2026-09-14T12:05:33Z");
    CHECK(to_rfc3339(*parse_rfc3339("2024-02-29T00:00:00Z")) == "2024-02-29T00:00:00Z");
    CHECK(parse_rfc3339("1970-01-01T00:00:01.5Z")->milliseconds == 1500);
    for (const char* bad : {"", "2026", "2026-02-30T00:00:00Z", "2026-09-14T24:00:00Z", "2026-09-14T12:05:33", "2026-09-14T12:05:33.Z", "2026-09-14T12:05:33+2:00", "20260914T120533Z", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-12:00",
                            "0000-01-01T00:00:00+01:00"}) {
        CAPTURE(bad);
        CHECK(!parse_rfc3339(bad));
    }
}

TEST_CASE("ages are written as kubectl writes them") {
    CHECK(to_age(Duration::seconds(0)) == "0s");
    CHECK(to_age(Duration::seconds(119)) == "119s");
    CHECK(to_age(Duration::seconds(120)) == "2m");
    CHECK(to_age(Duration::seconds(312)) == "5m12s");
    CHECK(to_age(Duration::minutes(10)) == "10m");
    CHECK(to_age(Duration::minutes(179)) == "179m");
    CHECK(to_age(Duration::minutes(185)) == "3h5m");
    CHECK(to_age(Duration::hours(20)) == "20h");
    CHECK(to_age(Duration::hours(53)) == "2d5h");
    CHECK(to_age(Duration::hours(24 * 400)) == "400d");
    CHECK(to_age(Duration::hours(24 * 800)) == "2y70d");
    CHECK(to_age(Duration::seconds(-10)) == "<invalid>");
}

TEST_CASE("durations are Go's, or bare seconds") {
    CHECK(parse_duration("15")->milliseconds == 15'000);
    CHECK(parse_duration("500ms")->milliseconds == 500);
    CHECK(parse_duration("1m30s")->milliseconds == 90'000);
    CHECK(parse_duration("1.5h")->milliseconds == 5'400'000);
    CHECK(parse_duration("0")->milliseconds == 0);
    for (const char* bad : {"", "s", "-1s", "1x", "1m5", "one", "99999999999999999999h", "nan", "inf", "nanh"}) {
        CAPTURE(bad);
        CHECK(!parse_duration(bad));
    }
}
