// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::cmd {

/// Rewrites kubectl's flag spellings that CLI11 misreads: `-o=json` and `-ojson` become `-o json`, for one-letter options that take
/// a value. Words after `--` are left alone.
std::vector<std::string> normalize_argv(std::vector<std::string> words, std::string_view options_with_value);

} // namespace kdiag::cmd
