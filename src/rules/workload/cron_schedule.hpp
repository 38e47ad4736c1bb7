// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

#include <array>
#include <bitset>
#include <optional>
#include <string_view>

namespace kdiag::rules::workload {

/// A cron expression of five fields, or `@daily` and the like, as robfig/cron reads it; times are UTC.
class CronSchedule {
public:
    /// Nothing when it is malformed, or one of the forms that name no points in time (`@every 5m`).
    static std::optional<CronSchedule> parse(std::string_view text);
    /// The first point in time after another; nothing when there is none within five years (`0 0 31 2 *`).
    std::optional<Timestamp> next_after(Timestamp time) const;

private:
    std::bitset<60> m_minutes;
    std::bitset<24> m_hours;
    std::bitset<32> m_days;
    std::bitset<13> m_months;
    std::bitset<7> m_weekdays;
    bool m_any_day = false, m_any_weekday = false; ///< a star: then the other of the two decides
};

} // namespace kdiag::rules::workload
