// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace kdiag::net {

struct RetryInput {
    int status = 0;               ///< HTTP; 0: the connection failed
    bool connection_lost = false; ///< after it stood: reset, GOAWAY, cut short
    std::string_view retry_after; ///< the header's value
    int attempts = 1;             ///< made so far
};

/// How long to wait before sending a GET again, or nothing: don't. 429 and 5xx only with Retry-After, which is a floor (client-go); a
/// lost connection once. `noise` spreads many clients.
std::optional<Duration> retry_delay(const RetryInput& input, std::uint32_t noise);

} // namespace kdiag::net
