// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/cron_schedule.hpp"

#include <doctest/doctest.h>

#include <string>

using kdiag::parse_rfc3339;
using kdiag::rules::workload::CronSchedule;

namespace {

std::string next(std::string_view schedule, std::string_view after) {
    const auto parsed = CronSchedule::parse(schedule);
    if (!parsed) return "malformed";
    const auto time = parsed->next_after(*parse_rfc3339(after));
    return time ? kdiag::to_rfc3339(*time) : "never";
}

} // namespace

TEST_CASE("the next run follows from the five fields") {
    CHECK(next("0 * * * *", "2026-03-02T10:00:00Z") == "2026-03-02T11:00:00Z");
    CHECK(next("*/15 9-17 * * MON-FRI", "2026-03-06T17:50:00Z") == "2026-03-09T09:00:00Z");
    CHECK(next("30 2 1,15 * *", "2026-03-01T02:30:00Z") == "2026-03-15T02:30:00Z");
    CHECK(next("5/20 0 * * *", "2026-03-02T00:06:00Z") == "2026-03-02T00:25:00Z");
    CHECK(next("0 0 29 feb *", "2026-03-02T00:00:00Z") == "2028-02-29T00:00:00Z");
    CHECK(next("0 0 * * 7", "2026-03-02T00:00:00Z") == "2026-03-08T00:00:00Z");
    CHECK(next("@daily", "2026-12-31T12:00:00Z") == "2027-01-01T00:00:00Z");
}

TEST_CASE("a day of the month and a weekday mean either") {
    CHECK(next("0 0 13 * FRI", "2026-03-02T00:00:00Z") == "2026-03-06T00:00:00Z");
    CHECK(next("0 0 4 * FRI", "2026-03-02T00:00:00Z") == "2026-03-04T00:00:00Z");
}

TEST_CASE("a day that never comes is no run") {
    CHECK(next("0 0 31 2 *", "2026-03-02T00:00:00Z") == "never");
}

TEST_CASE("malformed schedules are refused") {
    for (const char* text :
         {"", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8", "5-1 * * * *", "*/0 * * * *",
          "a * * * *", "1,, * * * *", "@every 5m", "TZ=UTC 0 * * * *", "-1 * * * *", "99999999999 * * * *"})
        CHECK_MESSAGE(!CronSchedule::parse(text), text);
}
