// SPDX-License-Identifier: Apache-2.0
#include "app/version.hpp"

#include "command.hpp"
#include "flag_values.hpp"

namespace kdiag::cmd {

void add_version(Commands& commands) {
    auto& command = commands.add("version", "Show build, libraries, rules and, with --server-version, the server", "Report and configure");
    auto options = std::make_shared<app::VersionOptions>();
    auto format = std::make_shared<std::string>("text");
    FlagSet flag_set = commands.flags_of(command);
    flag_set.flag("--server-version", options->ask_server, "ask the server for its version too");
    flag_set.option("-o,--output", *format, "text or json").one_of({"text", "json"}).takes("FORMAT");
    command.run = [options, format, &commands]() -> Result<ExitCode> {
        KD_TRY_ASSIGN(options->connect, connect_options(commands.globals()));
        options->json = *format == "json";
        return app::run_version(*options, commands.environment());
    };
}

} // namespace kdiag::cmd
