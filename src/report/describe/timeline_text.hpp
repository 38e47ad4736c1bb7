// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/describe/describe.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kdiag::report {

/// A timeline laid out for a width: each row is a prefix with the bar, and words that may be wrapped after it.
struct TimelineText {
    std::string title, scale;
    std::vector<std::pair<std::string, std::string>> rows;
};

TimelineText timeline_text(const DescribeView& view, const TextOptions& options);

} // namespace kdiag::report
