// SPDX-License-Identifier: Apache-2.0
#include "app/logs/log_time.hpp"

#include "util/timestamp.hpp"

#include <chrono>

namespace kdiag::app {

namespace {

constexpr LogTime k_second = 1'000'000'000;

/// Digits at a fixed place, or -1.
int digits(std::string_view text, std::size_t at, std::size_t count) {
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

/// `.123456789`, which may be absent; moves past it. Nullopt: more digits than nanoseconds, or none.
std::optional<LogTime> fraction(std::string_view& rest) {
    if (rest.empty() || rest[0] != '.') return 0;
    rest.remove_prefix(1);
    LogTime value = 0;
    std::size_t count = 0;
    for (; count < rest.size() && rest[count] >= '0' && rest[count] <= '9'; ++count) {
        if (count == 9) return std::nullopt;
        value = value * 10 + (rest[count] - '0');
    }
    if (count == 0) return std::nullopt;
    rest.remove_prefix(count);
    for (; count < 9; ++count) value *= 10;
    return value;
}

/// Seconds east of UTC.
std::optional<LogTime> offset(std::string_view text) {
    if (text == "Z") return 0;
    if (text.size() != 6 || (text[0] != '+' && text[0] != '-') || text[3] != ':') return std::nullopt;
    const int hours = digits(text, 1, 2), minutes = digits(text, 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    const LogTime seconds = hours * 3600 + minutes * 60;
    return text[0] == '-' ? -seconds : seconds;
}

} // namespace

std::optional<LogTime> parse_log_time(std::string_view text) {
    if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') return std::nullopt;
    const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (year < 1970 || year > 2200 || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(static_cast<unsigned>(day))};
    if (month < 0 || day < 0 || !date.ok()) return std::nullopt;
    std::string_view rest = text.substr(19);
    const auto nanoseconds = fraction(rest);
    const auto zone = offset(rest);
    if (!nanoseconds || !zone) return std::nullopt;
    const LogTime days = std::chrono::sys_days(date).time_since_epoch().count();
    return (days * 86400 + hour * 3600 + minute * 60 + second - *zone) * k_second + *nanoseconds;
}

std::string whole_second(LogTime time) {
    return to_rfc3339(Timestamp{time / k_second * 1000});
}

} // namespace kdiag::app
