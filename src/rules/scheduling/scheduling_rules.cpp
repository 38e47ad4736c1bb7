// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

namespace kdiag::rules {

RuleList scheduling_rules() {
    return {};
}

} // namespace kdiag::rules
