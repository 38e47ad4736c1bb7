// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag {

/// Damerau-Levenshtein distance (adjacent transposition is one edit), case ignored.
std::size_t edit_distance(std::string_view a, std::string_view b);
/// Up to `limit` candidates within 2 edits (or a quarter of the length), `-`, `_` and `.` being one character; nearest first.
std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& candidates, std::size_t limit = 3);

} // namespace kdiag
