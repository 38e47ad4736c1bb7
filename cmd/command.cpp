// SPDX-License-Identifier: Apache-2.0
#include "command.hpp"

namespace kdiag::cmd {

Commands::Commands(app::Environment& environment) : m_environment(environment) {
    m_root.set_help_flag(); // help is ours: examples first
    m_root.allow_extras();
    add_global_flags(m_root, m_globals);
}

Command& Commands::add(std::string name, std::string summary, std::string group) {
    auto command = std::make_unique<Command>();
    command->app = m_root.add_subcommand(name, summary);
    command->app->set_help_flag();
    command->app->allow_extras();
    command->app->fallthrough();
    command->group = std::move(group);
    command->usage = std::move(name);
    m_commands.push_back(std::move(command));
    return *m_commands.back();
}

Command* Commands::find(std::string_view name) {
    for (const auto& command : m_commands)
        if (command->app->get_name() == name) return command.get();
    return nullptr;
}

CLI::Option* add_list(CLI::App& app, const std::string& names, std::vector<std::string>& values, const std::string& description) {
    return app.add_option(names, values, description)->delimiter(',')->allow_extra_args(false)->type_name("LIST");
}

} // namespace kdiag::cmd
