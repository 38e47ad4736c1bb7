// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/environment.hpp"
#include "util/result.hpp"

#include <string>
#include <vector>

namespace kdiag::app {

struct RuleOptions {
    std::vector<std::string> rules; ///< ids or names; none: all
    std::string category;
    std::string format = "text"; ///< text, json or markdown
    bool rbac = false;           ///< print the ClusterRole that the rules need
};

/// `kdiag rule`: the catalogue as a list, one rule's manual page, or the least role for them.
Result<ExitCode> run_rule(const RuleOptions& options, Environment& environment);

} // namespace kdiag::app
