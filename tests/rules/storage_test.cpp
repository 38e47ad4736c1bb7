// SPDX-License-Identifier: Apache-2.0
#include "../support/rule_fixtures.hpp"

#include "rules/families.hpp"

#include <doctest/doctest.h>

#include <vector>

TEST_CASE("rules about claims and volumes speak, and are silent, where their fixtures say so") {
    std::vector<const kdiag::rules::Rule*> rules;
    for (const auto* rule : kdiag::rules::waiting_rules())
        if (rule->info.id.starts_with("KD4")) rules.push_back(rule);
    kdiag::test::check_rule_fixtures(rules);
}
