// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include <string>

namespace kdiag::cmd {

/// The overview: usage, examples, the commands by group, topics.
std::string overview(Commands& commands, const std::string& program);
/// One command: usage, examples, flags, details.
std::string help_of(const Command& command, const std::string& program);
/// The flags that work everywhere.
std::string global_help(Commands& commands, const std::string& program);
/// A topic's text, or empty when there is no such topic.
std::string topic(std::string_view name);
std::vector<std::string> topic_names();

} // namespace kdiag::cmd
