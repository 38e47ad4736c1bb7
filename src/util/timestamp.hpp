// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag {

/// A point in time in milliseconds since 1970 UTC; 0 means "not set", as metav1.Time's null does.
struct Timestamp {
    std::int64_t milliseconds = 0;

    explicit operator bool() const { return milliseconds != 0; }
    auto operator<=>(const Timestamp&) const = default;
};

/// A length of time in milliseconds; may be negative.
struct Duration {
    std::int64_t milliseconds = 0;

    static constexpr Duration seconds(std::int64_t s) { return {s * 1000}; }
    static constexpr Duration minutes(std::int64_t m) { return {m * 60'000}; }
    static constexpr Duration hours(std::int64_t h) { return {h * 3'600'000}; }
    auto operator<=>(const Duration&) const = default;
};

inline Duration operator-(Timestamp a, Timestamp b) { return {a.milliseconds - b.milliseconds}; }
inline Timestamp operator+(Timestamp a, Duration b) { return {a.milliseconds + b.milliseconds}; }
inline Timestamp operator-(Timestamp a, Duration b) { return {a.milliseconds - b.milliseconds}; }

Timestamp now_utc();

/// RFC 3339 with optional fraction, `Z` or numeric offset; nullopt when it is not one.
std::optional<Timestamp> parse_rfc3339(std::string_view text);
/// `2026-09-14T12:05:33Z`, always UTC, whole seconds.
std::string to_rfc3339(Timestamp time);
/// `12:05:33` in UTC.
std::string to_clock(Timestamp time);

/// kubectl's short age: `41s`, `5m12s`, `3h`, `2d5h`, `1y20d` (apimachinery duration.HumanDuration).
std::string to_age(Duration duration);
/// Go durations (`1m30s`, `500ms`, `2h`) and bare seconds (`15`); nullopt when malformed, negative or overflowing.
std::optional<Duration> parse_duration(std::string_view text);

} // namespace kdiag
