// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        const auto message = crash.start_message();
        const bool from_runtime = contains(message, "permission denied") && (contains(message, "exec") || contains(message, "start container process"));
        const bool from_shell = crash.end != nullptr && crash.end->exit_code == 126 && message.empty();
        if (crash.recovered || (!from_runtime && !from_shell)) continue;
        Finding finding = begin(context, crash);
        auto program = std::string(between(message, "exec: \"", "\""));
        if (from_runtime && program.empty() && !crash.view.spec->command.empty()) program = crash.view.spec->command.front();
        finding.title = !from_runtime   ? format("{} ends because a command may not be executed", crash.view.display())
                        : program.empty() ? format("{} cannot start: its command may not be executed", crash.view.display())
                                        : format("{} cannot start: `{}` may not be executed", crash.view.display(), program);
        finding.cause = !from_runtime && !crash.telling.line.empty() ? format("a shell in the container says: {}", crash.telling.line)
                                                                     : "the file is not executable, is a folder, or is not readable for the user of the container";
        finding.confidence = Confidence::likely;
        finding.remedies.push_back({.text = "set the execute bit in the image (chmod +x), or in defaultMode when it comes from a ConfigMap; check runAsUser", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_command_permission_denied{
    {.id = "KD1007", .name = "command-permission-denied", .title = "the command of a container may not be executed", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 60,
     .doc = {.meaning = "The program that the container is to run exists, but may not be executed.",
             .why_it_matters = "The container cannot start at all, and retrying does not change that.",
             .how_it_is_found = "The runtime says permission denied for the executable, or the container ended with exit code 126.",
             .what_to_do = "Set the execute bit when the image is built.\nMount scripts from a ConfigMap with defaultMode 0755.\nCheck that runAsUser may read the file.",
             .false_positives = "none known",
             .see_also = "KD1006"}},
    check};

} // namespace kdiag::rules::crash
