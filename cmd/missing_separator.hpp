// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include "util/error.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::cmd {

/// A command line to run that is not set apart by `--`, kubectl's old form: `kdiag exec web ls -la`. The error has it corrected. For commands that
/// name one object and then a command; `words` are the program's own, from its name on, with short flags taken apart.
std::optional<Error> missing_separator(const Command& command, const CLI::App& root, const std::vector<std::string>& words, const std::string& program);

} // namespace kdiag::cmd
