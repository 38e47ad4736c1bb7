// SPDX-License-Identifier: Apache-2.0
#include "net/retry.hpp"

#include <algorithm>
#include <charconv>

namespace kdiag::net {

namespace {

constexpr int k_most_attempts = 5;
constexpr std::int64_t k_longest_wait_seconds = 30;

std::optional<std::int64_t> seconds_of(std::string_view text) {
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (error != std::errc{} || end != text.data() + text.size() || seconds < 0) return std::nullopt;
    return seconds;
}

} // namespace

std::optional<Duration> retry_delay(const RetryInput& input, std::uint32_t noise) {
    if (input.attempts >= k_most_attempts) return std::nullopt;
    if (input.status == 0) {
        if (!input.connection_lost || input.attempts > 1) return std::nullopt;
        return Duration{static_cast<std::int64_t>(noise % 100)};
    }
    if (input.status != 429 && input.status < 500) return std::nullopt;
    const auto floor = seconds_of(input.retry_after);
    if (!floor || *floor > k_longest_wait_seconds) return std::nullopt;
    const std::int64_t backoff = std::int64_t{100} << std::min(input.attempts - 1, 6);
    return Duration{*floor * 1000 + static_cast<std::int64_t>(noise) % (backoff + 1)};
}

} // namespace kdiag::net
