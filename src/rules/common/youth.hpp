// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

namespace kdiag::rules {

/// Whether something happened so recently that it may still be settling. A time well in the future comes from a clock that
/// is off, not from a young object, and must not silence a rule; nor must an absent one.
inline bool is_younger(const RuleContext& context, Timestamp time, Duration limit) {
    constexpr Duration k_tolerated_skew = Duration::minutes(1);
    return time && time < context.now + k_tolerated_skew && context.age(time) < limit;
}

} // namespace kdiag::rules
