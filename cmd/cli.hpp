// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/environment.hpp"

#include <string>
#include <vector>

namespace kdiag::cmd {

/// The whole program: parses the words (the first is the program's name), runs the command, prints any error, returns the exit code.
int run_cli(const std::vector<std::string>& words, app::Environment& environment);

} // namespace kdiag::cmd
