// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "util/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace kdiag::data {

/// One JSON document. Deeper than 200 levels, trailing text, invalid UTF-8 and duplicate keys are decode errors with line and column.
Result<Value> parse_json(std::string_view text);
/// Compact (indent < 0) or indented, as a part of a document that stands `depth` levels deep. Invalid UTF-8 becomes U+FFFD, so that the
/// result is always valid JSON.
std::string to_json(const Value& value, int indent = -1, std::size_t depth = 0);

} // namespace kdiag::data
