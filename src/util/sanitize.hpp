// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag {

/// Cluster text made safe for a terminal: C0 (but \n and \t), DEL, C1, bidi controls and invalid UTF-8 become visible
/// forms (`^[`, `\x9b`, `<U+202E>`). CVE-2021-25743. One line: \n becomes a space.
std::string sanitize_line(std::string_view text);
/// As sanitize_line, but \n stays.
std::string sanitize_block(std::string_view text);
/// A line of an application's log, or a part of it, for a terminal: as sanitize_line, but tabs stay, and so do the sequences that set
/// colours and weights (SGR, ECMA-48 8.3.117) when `colors` is set; without it they are taken out.
std::string sanitize_log(std::string_view text, bool colors);
/// The text without SGR sequences, so that patterns match what is seen.
std::string without_colors(std::string_view text);

} // namespace kdiag
