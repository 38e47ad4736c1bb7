// SPDX-License-Identifier: Apache-2.0
#include "app/logs/merge.hpp"

#include <algorithm>

namespace kdiag::app {

MergeChoice choose_next(std::span<const MergeInput> inputs, std::int64_t now_ms, std::int64_t hold_ms) {
    MergeChoice choice;
    for (std::size_t i = 0; i < inputs.size(); ++i)
        if (inputs[i].has_line && (!choice.input || inputs[i].time < inputs[*choice.input].time)) choice.input = i;
    if (!choice.input) return choice;
    std::int64_t free_at = 0;
    for (const auto& other : inputs) {
        if (other.has_line || !other.more_may_come) continue;
        if (hold_ms < 0) return {};
        free_at = std::max({free_at, inputs[*choice.input].arrived_ms + hold_ms, other.waited_for_until_ms});
    }
    if (free_at > now_ms) return {.input = {}, .look_again_ms = free_at};
    return choice;
}

} // namespace kdiag::app
