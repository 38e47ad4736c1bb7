// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/log_time.hpp"

#include <cstddef>
#include <optional>
#include <span>

namespace kdiag::app {

/// One of several logs whose lines are put into one order.
struct MergeInput {
    bool has_line = false;
    LogTime time = 0;            ///< of its first line; without one, of the line before
    bool more_may_come = false;  ///< it is being read
    std::int64_t arrived_ms = 0; ///< when its first line was there
    std::int64_t waited_for_until_ms = 0; ///< lines of others wait so long for a log that has not answered yet
};

struct MergeChoice {
    std::optional<std::size_t> input; ///< whose line is next; none: wait
    std::int64_t look_again_ms = 0;   ///< when waiting may be over by itself; 0: only when something comes
};

/// The log whose line is the oldest. `hold_ms` < 0: every log that is being read must have shown its next line first, which is exact;
/// else a line waits so long for older ones of silent logs, which is how logs that are followed get an order without an end.
MergeChoice choose_next(std::span<const MergeInput> inputs, std::int64_t now_ms, std::int64_t hold_ms);

} // namespace kdiag::app
