// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag {

/// How to lay out one stream.
struct Terminal {
    std::size_t width = 0; ///< columns; 0: not a terminal, nothing is wrapped or cut
    bool color = false;
    bool ascii = false;
};

struct TerminalRequest {
    std::string color = "auto"; ///< auto, always or never
    bool ascii = false;
    bool is_terminal = false;
    int columns = 0; ///< as the terminal says; 0: unknown
};

/// Flags over variables over the terminal: NO_COLOR, CLICOLOR, CLICOLOR_FORCE, FORCE_COLOR, KDIAG_FORCE_TTY, COLUMNS, TERM, LC_ALL, LC_CTYPE, LANG.
Terminal inspect_terminal(const TerminalRequest& request, const std::function<std::optional<std::string>(std::string_view)>& variable);

} // namespace kdiag
