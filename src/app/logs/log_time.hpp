// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::app {

/// Nanoseconds since 1970 UTC, as the kubelet stamps lines. 0: no time.
using LogTime = std::int64_t;

/// RFC 3339 with up to nine digits of a second, `Z` or an offset: nodes write their own time zone.
std::optional<LogTime> parse_log_time(std::string_view text);
/// `2026-09-14T12:05:33Z`, without the part of a second: what `sinceTime` is reduced to in any case.
std::string whole_second(LogTime time);

} // namespace kdiag::app
