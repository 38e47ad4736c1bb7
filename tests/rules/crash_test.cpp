// SPDX-License-Identifier: Apache-2.0
#include "../support/rule_fixtures.hpp"

#include "rules/families.hpp"

#include <doctest/doctest.h>

TEST_CASE("crash and init container rules speak, and are silent, where their fixtures say so") {
    kdiag::test::check_rule_fixtures(kdiag::rules::crash_rules());
}
