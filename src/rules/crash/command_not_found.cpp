// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::crash {

namespace {

/// The program that the runtime or a shell looked for, from containerd, CRI-O, docker, runc and crun.
std::string missing_program(const Crash& crash) {
    const auto message = crash.start_message();
    for (const auto& [before, after] : {std::pair{"exec: \"", "\""}, std::pair{"executable file `", "` not found"}, std::pair{"exec `", "`"}})
        if (const auto name = between(message, before, after); !name.empty()) return std::string(name);
    if (!crash.view.spec->command.empty()) return std::string(crash.view.spec->command.front());
    return {};
}

bool says_not_found(std::string_view message) {
    return contains(message, "executable file not found") || contains(message, "not found in $PATH") || contains(message, "no such file or directory") ||
           contains(message, "not found: No such file");
}

bool is_mount_trouble(std::string_view message) {
    return contains(message, "error mounting") || contains(message, "mount through procfd") || contains(message, "not a directory");
}

/// What the node lacks is no matter of the image: the runtime itself, or a hook of it.
bool is_program_of_node(const Crash& crash) {
    const auto name = between(crash.start_message(), "exec: \"", "\"");
    const auto& command = crash.view.spec->command;
    if (!command.empty() && command.front() == name) return false;
    for (const std::string_view program : {"runc", "crun", "runsc", "kata-runtime", "containerd-shim", "nvidia-container", "youki"})
        if (name.substr(name.rfind('/') + 1).starts_with(program)) return true;
    return false;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        const auto message = crash.start_message();
        const bool from_runtime = says_not_found(message) && !is_mount_trouble(message) && !is_program_of_node(crash) && !contains(message, "exec format error");
        const bool from_shell = crash.end != nullptr && crash.end->exit_code == 127 && message.empty();
        if (crash.recovered || (!from_runtime && !from_shell)) continue;
        Finding finding = begin(context, crash);
        const std::string program = from_runtime ? missing_program(crash) : std::string();
        const std::string_view image = crash.view.spec->image;
        if (contains(message, "chdir to cwd")) {
            finding.title = format("{} cannot start: its working directory does not exist", crash.view.display());
            finding.cause = format("workingDir is `{}`, which is not in the image `{}`", crash.view.spec->working_dir, image);
        } else if (!program.empty()) {
            finding.title = format("{} cannot start: `{}` is not found in its image", crash.view.display(), program);
            finding.cause = format("the image `{}` does not contain the program `{}`, or not in $PATH", image, program);
        } else {
            finding.title = format("{} ends because a command is not found", crash.view.display());
            finding.cause = crash.telling.line.empty() ? std::string("a shell in the container did not find a command (exit code 127)") : format("a shell in the container did not find a command: {}", crash.telling.line);
            finding.confidence = crash.telling.line.empty() ? Confidence::likely : Confidence::certain;
        }
        if (!crash.view.spec->command.empty())
            finding.evidence.push_back({.text = format("command {}", join(crash.view.spec->command, " ")), .path = crash.view.spec_path("command"), .value = std::string(crash.view.spec->command.front())});
        finding.evidence.push_back({.text = format("image {}", image), .path = crash.view.spec_path("image"), .value = std::string(image)});
        finding.remedies.push_back({.text = "correct command, or use an image that contains the program",
                                    .command = format("{} edit {}", kubectl_in(crash.view.pod->meta.namespace_name), target_of(context, *crash.view.pod)), .risk = Risk::disruptive});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_command_not_found{
    {.id = "KD1006", .name = "command-not-found", .title = "the command of a container is not in its image", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 60,
     .doc = {.meaning = "The program that the container is to run does not exist in its image.",
             .why_it_matters = "The container cannot start at all, and retrying does not change that.",
             .how_it_is_found = "The runtime says that the executable was not found (containerd, CRI-O and docker word it differently), or a shell ended with exit code 127.",
             .what_to_do = "Compare command and args with the image: command replaces the entrypoint.\nCheck the tag: another variant of the image may lack the program.\nUse the full path of the program.",
             .false_positives = "none known",
             .see_also = "KD1007 KD1008 KD8003"}},
    check};

} // namespace kdiag::rules::crash
