// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>

namespace kdiag::test {

/// Runs every rule over the fixtures in `rules/<id>-<name>/`, the rule alone, and checks that
///   fires-*.yaml  gives findings, equal to fires-*.expected (a golden file: severity, subject, title, cause, evidence, remedies),
///   quiet-*.yaml  gives none,
///   blind-*.yaml  names `# missing: secrets, nodes` in its first line and gives what blind-*.expected says, with the gap reported.
/// Each rule has at least one fires, two quiet and one blind fixture. The clock is the `# now: TIME` line, else the newest time in the objects.
void check_rule_fixtures(rules::RuleList rules, const std::string& folder = "rules");

/// Findings as the golden files show them.
std::string show(const std::vector<rules::Finding>& findings);

} // namespace kdiag::test
