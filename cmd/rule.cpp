// SPDX-License-Identifier: Apache-2.0
#include "app/rule_command.hpp"

#include "command.hpp"

namespace kdiag::cmd {

void add_rule(Commands& commands) {
    auto& command = commands.add("rule", "List rules, or explain one", "Report and configure");
    command.usage = "rule [ID|NAME ...] [flags]";
    command.examples = R"(
kdiag rule                                      # all of them, a line each
kdiag rule KD1003                               # what it means, what to do
kdiag rule --category image
kdiag rule --rbac | kubectl apply -f -          # the least role for all rules
)";
    auto options = std::make_shared<app::RuleOptions>();
    auto& app = *command.app;
    app.add_option("rules", options->rules, "ids or names");
    app.add_option("--category", options->category, "only rules of this category")->type_name("NAME");
    app.add_option("-o,--output", options->format, "text, json or markdown")->check(CLI::IsMember({"text", "json", "markdown"}))->type_name("FORMAT");
    app.add_flag("--rbac", options->rbac, "print the ClusterRole that the rules need");
    command.run = [options, &commands] { return app::run_rule(*options, commands.environment()); };
}

} // namespace kdiag::cmd
