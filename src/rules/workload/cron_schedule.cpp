// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/cron_schedule.hpp"

#include "util/strings.hpp"

#include <charconv>
#include <chrono>
#include <span>
#include <vector>

namespace kdiag::rules::workload {

namespace {

constexpr std::array<std::string_view, 12> k_months = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> k_weekdays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
constexpr int k_years_ahead = 5;

/// What one field may hold.
struct Field {
    int first, last;
    std::span<const std::string_view> names;
    int first_name; ///< the number of the first name
};

std::optional<int> number_of(std::string_view text, const Field& field) {
    for (std::size_t i = 0; i < field.names.size(); ++i)
        if (to_lower(text) == field.names[i]) return field.first_name + static_cast<int>(i);
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
}

/// `*`, `5`, `1-5`, `*/15`, `10-50/10`: sets the bits of one item of a field.
template <std::size_t N> bool add_item(std::string_view item, const Field& field, std::bitset<N>& bits) {
    const auto slash = item.find('/');
    int step = 1;
    if (slash != std::string_view::npos) {
        const auto parsed = number_of(item.substr(slash + 1), {0, 0, {}, 0});
        if (!parsed || *parsed < 1) return false;
        step = *parsed;
    }
    const auto range = item.substr(0, slash);
    int from = field.first, to = field.last;
    if (range != "*" && range != "?") {
        const auto dash = range.find('-');
        const auto low = number_of(range.substr(0, dash), field);
        const auto high = dash == std::string_view::npos ? low : number_of(range.substr(dash + 1), field);
        if (!low || !high) return false;
        from = *low;
        to = dash == std::string_view::npos && slash != std::string_view::npos ? field.last : *high; // `5/15` goes on to the end
    }
    if (from < field.first || to > field.last || from > to) return false;
    for (int value = from; value <= to; value += step) bits.set(static_cast<std::size_t>(value) % N);
    return true;
}

template <std::size_t N> bool add_field(std::string_view text, const Field& field, std::bitset<N>& bits) {
    for (const auto item : split(text, ','))
        if (!add_item(item, field, bits)) return false;
    return true;
}

std::string_view expanded(std::string_view text) {
    if (text == "@yearly" || text == "@annually") return "0 0 1 1 *";
    if (text == "@monthly") return "0 0 1 * *";
    if (text == "@weekly") return "0 0 * * 0";
    if (text == "@daily" || text == "@midnight") return "0 0 * * *";
    if (text == "@hourly") return "0 * * * *";
    return text;
}

} // namespace

std::optional<CronSchedule> CronSchedule::parse(std::string_view text) {
    std::vector<std::string_view> fields;
    for (const auto part : split(expanded(trim(text)), ' '))
        if (!part.empty()) fields.push_back(part);
    if (fields.size() != 5) return std::nullopt;
    CronSchedule schedule;
    std::bitset<8> weekdays; // both 0 and 7 are Sunday
    const bool good = add_field(fields[0], {0, 59, {}, 0}, schedule.m_minutes) && add_field(fields[1], {0, 23, {}, 0}, schedule.m_hours) &&
                      add_field(fields[2], {1, 31, {}, 0}, schedule.m_days) &&
                      add_field(fields[3], {1, 12, k_months, 1}, schedule.m_months) &&
                      add_field(fields[4], {0, 7, k_weekdays, 0}, weekdays);
    if (!good) return std::nullopt;
    for (std::size_t day = 0; day < 8; ++day)
        if (weekdays[day]) schedule.m_weekdays.set(day % 7);
    schedule.m_any_day = fields[2].starts_with('*') || fields[2] == "?";
    schedule.m_any_weekday = fields[4].starts_with('*') || fields[4] == "?";
    return schedule;
}

std::optional<Timestamp> CronSchedule::next_after(Timestamp time) const {
    using namespace std::chrono;
    const sys_time<milliseconds> start{milliseconds(time.milliseconds)};
    const auto last_day = floor<days>(start) + days(366 * k_years_ahead);
    for (auto day = floor<days>(start); day <= last_day; day += days(1)) {
        const year_month_day date(day);
        if (!m_months[static_cast<unsigned>(date.month())]) continue;
        const bool day_fits = m_days[static_cast<unsigned>(date.day())], weekday_fits = m_weekdays[weekday(day).c_encoding()];
        // Two restricted fields mean either, as in every cron.
        if (!(m_any_day || m_any_weekday ? day_fits && weekday_fits : day_fits || weekday_fits)) continue;
        for (std::size_t hour = 0; hour < 24; ++hour)
            for (std::size_t minute = 0; m_hours[hour] && minute < 60; ++minute) {
                const auto point = day + hours(hour) + minutes(minute);
                if (m_minutes[minute] && point > start) return Timestamp{duration_cast<milliseconds>(point.time_since_epoch()).count()};
            }
    }
    return std::nullopt;
}

} // namespace kdiag::rules::workload
