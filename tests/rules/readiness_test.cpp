// SPDX-License-Identifier: Apache-2.0
#include "../support/rule_fixtures.hpp"

#include "rules/families.hpp"

#include <doctest/doctest.h>

TEST_CASE("rules about probes, readiness and dropped fields speak, and are silent, where their fixtures say so") {
    kdiag::test::check_rule_fixtures(kdiag::rules::readiness_rules());
}
