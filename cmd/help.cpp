// SPDX-License-Identifier: Apache-2.0
#include "help.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/text_width.hpp"

#include <CLI/CLI.hpp>

namespace kdiag::cmd {

namespace {

constexpr std::size_t k_width = 80;
constexpr std::size_t k_flag_column = 32;

/// `-n, --namespace NAME`.
std::string names_of(const CLI::Option& option) {
    std::vector<std::string> names;
    for (const auto& name : option.get_snames()) names.push_back("-" + name);
    for (const auto& name : option.get_lnames()) names.push_back("--" + name);
    std::string text = format("{}", join(names, ", "));
    if (option.get_snames().empty()) text = "    " + text;
    const std::string type = option.get_type_name(); // the parser adds the words of its checks behind a colon
    if (option.get_items_expected_max() > 0) text += " " + type.substr(0, type.find(':'));
    return text;
}

std::string flags_of(const CLI::App& app) {
    std::string text;
    for (const auto* option : app.get_options()) {
        if (option->get_positional()) continue;
        const std::string names = "  " + names_of(*option);
        bool first = true;
        for (const auto& line : wrap(option->get_description(), k_width - k_flag_column)) {
            if (first && names.size() + 1 > k_flag_column)
                text += names + "\n" + std::string(k_flag_column, ' ') + line + "\n";
            else
                text += format("{:<{}}{}\n", first ? names : "", k_flag_column, line);
            first = false;
        }
    }
    return text;
}

std::string indented(const std::string& lines, const std::string& program) {
    std::string text;
    for (const auto line : split(trim(lines), '\n')) text += format("  {}{}\n", line.starts_with("kdiag") ? program : "", line.starts_with("kdiag") ? line.substr(5) : line);
    return text;
}

} // namespace

std::string overview(Commands& commands, const std::string& program) {
    std::string text = "kdiag - find out what is wrong in a Kubernetes cluster, and why\n\n";
    text += format("Usage:  {} COMMAND [TYPE[/NAME] ...] [flags]\n\nExamples:\n", program);
    text += indented("kdiag diagnose                            # everything in the current namespace\n"
                     "kdiag diagnose deploy/checkout            # one workload and all it depends on\n"
                     "kdiag describe pod checkout-6f7c9d5b8-2xkqj\n"
                     "kdiag diagnose -A -o json | jq '.summary.verdict'\n"
                     "kdiag diagnose --from pods.json           # a recording instead of a cluster",
                     program);
    std::string group;
    for (const auto& command : commands.all()) {
        if (command->group != group) text += format("\n{}\n", group = command->group);
        text += format("  {:<14}{}\n", command->name, command->app->get_description());
    }
    text += format("\nTopics ({} help TOPIC): {}\n", program, join(topic_names(), ", "));
    text += format("Use \"{0} COMMAND -h\" for a command, \"{0} options\" for the flags that work everywhere.\n", program);
    return text;
}

std::string help_of(const Command& command, const std::string& program) {
    std::string text = command.app->get_description() + "\n\n";
    text += format("Usage:  {} {}\n", program, command.usage);
    if (!command.examples.empty()) text += "\nExamples:\n" + indented(command.examples, program);
    if (const auto flags = flags_of(*command.app); !flags.empty()) text += "\nFlags:\n" + flags;
    if (!command.details.empty()) text += "\n" + std::string(trim(command.details)) + "\n";
    text += format("\nUse \"{} options\" for the flags that work everywhere.\n", program);
    return text;
}

std::string global_help(Commands& commands, const std::string& program) {
    return format("These flags work with every command of {}, before or after its name.\n"
                  "Each is also a variable: --fail-on is KDIAG_FAIL_ON.\n\n",
                  program) +
           flags_of(commands.root());
}

} // namespace kdiag::cmd
