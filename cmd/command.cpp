// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

#include <CLI/CLI.hpp>

namespace kdiag::cmd {

Commands::Commands(app::Environment& environment, const std::vector<std::string>* words) : m_environment(environment), m_words(words), m_root(std::make_unique<CLI::App>()) {
    m_root->set_help_flag(); // help is ours: examples first
    m_root->allow_extras();
    FlagSet flags(*m_root, m_words);
    add_global_flags(flags, m_globals);
}

Commands::~Commands() = default;

Command& Commands::add(std::string name, std::string summary, std::string group) {
    auto command = std::make_unique<Command>();
    command->app = m_root->add_subcommand(name, summary);
    command->app->set_help_flag();
    command->app->allow_extras();
    command->app->fallthrough();
    command->group = std::move(group);
    command->usage = name;
    command->name = std::move(name);
    m_commands.push_back(std::move(command));
    return *m_commands.back();
}

Command* Commands::find(std::string_view name) {
    for (const auto& command : m_commands)
        if (command->name == name) return command.get();
    return nullptr;
}

} // namespace kdiag::cmd
