// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include "util/format.hpp"
#include "util/suggest.hpp"

namespace kdiag::cmd {

void add_help(Commands& commands) {
    auto& command = commands.add("help", "Show help for a command or a topic", "Report and configure");
    command.usage = "help [COMMAND|TOPIC]";
    command.takes_rest = true;
    command.run = [&command, &commands]() -> Result<ExitCode> {
        auto& out = commands.environment().out;
        const auto& words = command.words;
        if (words.empty()) {
            out << overview(commands, "kdiag");
            return ExitCode::ok;
        }
        if (const auto text = topic(words.front()); !text.empty()) {
            out << text;
            return ExitCode::ok;
        }
        if (const auto* named = commands.find(words.front())) {
            out << help_of(*named, "kdiag");
            return ExitCode::ok;
        }
        auto names = topic_names();
        for (const auto& known : commands.all()) names.push_back(known->name);
        Error error{.kind = ErrorKind::usage, .message = format("no help for `{}`", words.front())};
        const auto near = nearest(words.front(), names, 1);
        error.help.push_back(near.empty() ? format("topics: {}", join(topic_names(), ", ")) : format("did you mean `{}`?", near.front()));
        return error;
    };
}

void add_options(Commands& commands) {
    auto& command = commands.add("options", "List the flags that work with every command", "Report and configure");
    command.run = [&commands]() -> Result<ExitCode> {
        commands.environment().out << global_help(commands, "kdiag");
        return ExitCode::ok;
    };
}

} // namespace kdiag::cmd
