// SPDX-License-Identifier: Apache-2.0
#include "util/timestamp.hpp"

#include "util/format.hpp"

#include <charconv>
#include <chrono>

namespace kdiag {

namespace {

std::optional<int> digits(std::string_view text, std::size_t at, std::size_t count) {
    if (at + count > text.size()) return std::nullopt;
    int value = 0;
    for (std::size_t i = at; i < at + count; ++i) {
        if (text[i] < '0' || text[i] > '9') return std::nullopt;
        value = value * 10 + (text[i] - '0');
    }
    return value;
}

std::chrono::year_month_day date_of(Timestamp time) {
    return std::chrono::floor<std::chrono::days>(std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(time.milliseconds)));
}

std::int64_t seconds_of_day(Timestamp time) {
    const std::int64_t day = 86'400'000;
    return ((time.milliseconds % day + day) % day) / 1000;
}

} // namespace

Timestamp now_utc() {
    return {std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch()).count()};
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
    const auto year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
    const auto hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
    if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
    if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't' && text[10] != ' ') || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    if (*hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                           std::chrono::day(static_cast<unsigned>(*day))};
    if (!date.ok()) return std::nullopt;
    std::size_t at = 19;
    std::int64_t fraction = 0;
    if (at < text.size() && text[at] == '.') {
        std::int64_t scale = 100;
        const std::size_t first = ++at;
        for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10) fraction += (text[at] - '0') * scale;
        if (at == first) return std::nullopt;
    }
    std::int64_t offset_minutes = 0;
    const std::string_view zone = text.substr(at);
    if (zone != "Z" && zone != "z") {
        const auto zone_hour = digits(zone, 1, 2), zone_minute = digits(zone, 4, 2);
        if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || !zone_hour || !zone_minute) return std::nullopt;
        offset_minutes = (zone[0] == '-' ? -1 : 1) * (*zone_hour * 60 + *zone_minute);
    }
    const std::int64_t days = std::chrono::sys_days(date).time_since_epoch().count();
    const Timestamp time{(((days * 24 + *hour) * 60 + *minute - offset_minutes) * 60 + *second) * 1000 + fraction};
    const int utc_year = static_cast<int>(date_of(time).year()); // an offset may lead out of the years that can be written
    return utc_year >= 0 && utc_year <= 9999 ? std::optional(time) : std::nullopt;
}

std::string to_rfc3339(Timestamp time) {
    const auto date = date_of(time);
    return format("{:04}-{:02}-{:02}T{}Z", static_cast<int>(date.year()), static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  to_clock(time));
}

std::string to_clock(Timestamp time) {
    const std::int64_t s = seconds_of_day(time);
    return format("{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

std::string to_age(Duration duration) {
    const std::int64_t s = duration.milliseconds / 1000;
    if (s < -1) return "<invalid>";
    if (s < 0) return "0s";
    if (s < 120) return format("{}s", s);
    const std::int64_t m = s / 60;
    if (m < 10) return s % 60 == 0 ? format("{}m", m) : format("{}m{}s", m, s % 60);
    if (m < 180) return format("{}m", m);
    const std::int64_t h = m / 60;
    if (h < 8) return m % 60 == 0 ? format("{}h", h) : format("{}h{}m", h, m % 60);
    if (h < 48) return format("{}h", h);
    const std::int64_t d = h / 24;
    if (d < 8) return h % 24 == 0 ? format("{}d", d) : format("{}d{}h", d, h % 24);
    if (d < 730) return format("{}d", d);
    const std::int64_t y = d / 365;
    if (y < 8) return d % 365 == 0 ? format("{}y", y) : format("{}y{}d", y, d % 365);
    return format("{}y", y);
}

std::optional<Duration> parse_duration(std::string_view text) {
    if (text.empty()) return std::nullopt;
    double total = 0;
    bool unit_seen = false;
    std::size_t at = 0;
    while (at < text.size()) {
        double number = 0;
        const auto [end, error] = std::from_chars(text.data() + at, text.data() + text.size(), number, std::chars_format::fixed);
        if (error != std::errc{} || !(number >= 0)) return std::nullopt;
        at = static_cast<std::size_t>(end - text.data());
        const std::string_view rest = text.substr(at);
        if (rest.empty() && !unit_seen) { // kubectl's --request-timeout takes bare seconds
            total += number * 1000;
            break;
        }
        std::size_t width = 1;
        if (rest.starts_with("ms")) {
            total += number;
            width = 2;
        } else if (rest.starts_with("us")) {
            total += number / 1000;
            width = 2;
        } else if (rest.starts_with("ns")) {
            total += number / 1e6;
            width = 2;
        } else if (rest.starts_with('s')) {
            total += number * 1000;
        } else if (rest.starts_with('m')) {
            total += number * 60'000;
        } else if (rest.starts_with('h')) {
            total += number * 3'600'000;
        } else if (rest.starts_with('d')) {
            total += number * 86'400'000;
        } else {
            return std::nullopt;
        }
        unit_seen = true;
        at += width;
    }
    if (total > 9e15) return std::nullopt;
    return Duration{static_cast<std::int64_t>(total)};
}

} // namespace kdiag
