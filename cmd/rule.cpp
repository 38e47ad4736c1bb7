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
    FlagSet flag_set = commands.flags_of(command);
    flag_set.option("rules", options->rules, "ids or names");
    flag_set.option("--category", options->category, "only rules of this category").takes("NAME");
    flag_set.option("-o,--output", options->format, "text, json or markdown").one_of({"text", "json", "markdown"}).takes("FORMAT");
    flag_set.flag("--rbac", options->rbac, "print the ClusterRole that the rules need");
    command.run = [options, &commands] { return app::run_rule(*options, commands.environment()); };
}

} // namespace kdiag::cmd
