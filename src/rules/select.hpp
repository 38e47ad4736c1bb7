// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"
#include "util/result.hpp"

#include <string>
#include <vector>

namespace kdiag::rules {

/// `--select` and `--ignore`: ids, names, globs over either (`KD11*`, `image-*`), categories, `all`, `best-practice`.
/// An unknown word is a usage error with the nearest names.
Result<std::vector<const Rule*>> select_rules(const std::vector<std::string>& select, const std::vector<std::string>& ignore);

} // namespace kdiag::rules
