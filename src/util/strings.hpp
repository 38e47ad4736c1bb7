// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kdiag {

std::string_view trim(std::string_view text);
/// Parts between separators; empty parts are kept, an empty text has one empty part.
std::vector<std::string_view> split(std::string_view text, char separator);
std::string to_lower(std::string_view text);
bool contains(std::string_view text, std::string_view part);
bool contains_ignoring_case(std::string_view text, std::string_view part);
/// The text between the first `before` and the next `after`; empty when either is missing.
std::string_view between(std::string_view text, std::string_view before, std::string_view after);
/// `1 pod`, `2 pods`; `plural` only where adding an s is wrong.
std::string counted(std::size_t count, std::string_view singular, std::string_view plural = {});
/// `a`, `a and b`, `a, b and 3 more`.
std::string list_some(const std::vector<std::string>& items, std::size_t limit = 3);
/// Shell globs with `*` and `?` over the whole text.
bool glob_match(std::string_view pattern, std::string_view text);
/// Quoted for a POSIX shell when it needs to be.
std::string shell_quote(std::string_view text);

} // namespace kdiag
