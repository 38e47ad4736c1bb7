// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/workload/cron_schedule.hpp"

namespace kdiag::fuzz {

void fuzz_cron_schedule(std::string_view bytes) {
    const auto schedule = rules::workload::CronSchedule::parse(bytes);
    if (!schedule) return;
    for (const Timestamp start : {Timestamp{1'772'000'000'123}, Timestamp{1'709'164'800'000}}) { // in February 2026; 2024-02-29
        const auto next = schedule->next_after(start);
        if (!next) continue;
        promise(*next > start, "the next time is not later");
        promise(next->milliseconds % 60'000 == 0, "the next time is within a minute");
        promise(*next - start < Duration::hours(24 * 366 * 6), "the next time is beyond five years");
        promise(schedule->next_after(*next - Duration{1}) == next, "a time is skipped");
    }
}

Seeds seeds_cron_schedule() {
    return {"*/5 * * * *", "0 0 * * *", "0 9-17 * * mon-fri", "15,45 2 1 */3 ?", "@daily", "@hourly", "0 0 31 2 *", "0 0 29 feb *", "5/15 * * * 0", "0 0 * * 7", "TZ=UTC 0 0 * * *", "@every 5m"};
}

} // namespace kdiag::fuzz
