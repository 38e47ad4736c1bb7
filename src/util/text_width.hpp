// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag {

/// Columns on a terminal, by grapheme cluster (a CJK character 2, a combining accent 0, a family emoji 2).
std::size_t display_width(std::string_view text);
/// At most `width` columns, cut at the end, with an ellipsis (`…` or `...`).
std::string cut_end(std::string_view text, std::size_t width, bool ascii = false);
/// At most `width` columns, cut in the middle: for names, whose ends tell them apart.
std::string cut_middle(std::string_view text, std::size_t width, bool ascii = false);
/// Padded with spaces on the right to `width` columns; longer text is left as it is.
std::string pad_right(std::string_view text, std::size_t width);
/// Lines of at most `width` columns, broken at spaces where there are any; \n always breaks.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

} // namespace kdiag
