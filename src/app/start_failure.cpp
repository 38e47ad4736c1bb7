// SPDX-License-Identifier: Apache-2.0
#include "app/start_failure.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <array>

namespace kdiag::app {

namespace {

struct Words {
    std::string_view part;
    StartFailure failure;
};
// The first that is found decides: a folder that is missing is told in the words of a missing file.
constexpr std::array k_words = {
    Words{"container not found", StartFailure::no_container},
    Words{"container is not running", StartFailure::no_container},
    Words{"container is in CONTAINER_EXITED state", StartFailure::no_container},
    Words{"chdir to cwd", StartFailure::no_folder},
    Words{"mkdir cwd", StartFailure::no_folder},
    Words{"unable to find user", StartFailure::no_user},
    Words{"executable file not found", StartFailure::not_found},
    Words{"executable file `", StartFailure::not_found}, // crun
    Words{"no such file or directory", StartFailure::not_found},
    Words{"exec format error", StartFailure::not_executable},
    Words{"is a directory", StartFailure::not_executable},
    Words{"permission denied", StartFailure::not_executable},
};

constexpr std::array<std::string_view, 8> k_shells = {"sh", "bash", "ash", "dash", "zsh", "ksh", "fish", "busybox"};

std::string_view base_name(std::string_view program) {
    return program.substr(program.rfind('/') + 1);
}

std::string line_of(const std::vector<std::string>& command) {
    std::vector<std::string> words;
    for (const auto& word : command) words.push_back(shell_quote(word));
    return format("{}", join(words, " "));
}

void explain_missing(const FailedStart& failed, Error& error) {
    const std::string& program = failed.command.front();
    if (!failed.image.empty()) {
        error.message = format("the image {} of container `{}` has no `{}`", failed.image, failed.container, program);
        error.help.push_back("choose an image that has it, with --image, or a command that the image has, after `--`");
        return;
    }
    const auto beside = [&] { return format("open a shell beside it: kdiag debug {} --target {} -it", failed.where, failed.container); };
    if (is_shell(program)) {
        const bool none = failed.has_sh == false || base_name(program) == "sh";
        const bool nor_sh = failed.has_sh == false && base_name(program) != "sh";
        error.message = format("the image of container `{}` has no `{}`{}", failed.container, program, nor_sh ? " (and no `sh`)" : "");
        if (none) error.notes.push_back("distroless and scratch images ship no shell");
        error.help.push_back(none ? beside() : format("it has `sh`: kdiag exec {} -c {} -it -- sh", failed.where, failed.container));
        return;
    }
    error.message = format("container `{}` has no program `{}`", failed.container, program);
    if (program.empty()) {
        error.message = "the command is empty";
        error.help.push_back("the first word after `--` is the program");
    } else if (program.find_first_of(" \t") != std::string::npos) {
        error.help.push_back(format("the whole line was taken for the name of a program; leave the quotes away: kdiag exec {} -- {}", failed.where, program));
        error.help.push_back(format("or give it to a shell: kdiag exec {} -- sh -c {}", failed.where, line_of(failed.command)));
    } else {
        error.notes.push_back(program.find('/') == std::string::npos
                                  ? "it is looked up in the PATH of the container's image; nothing of this machine is there"
                                  : "the path is one in the container's image");
        error.help.push_back(format("bring tools in a container of their own: kdiag debug {} --target {} -it", failed.where, failed.container));
    }
}

} // namespace

StartFailure start_failure_of(std::string_view message) {
    for (const auto& [part, failure] : k_words)
        if (contains_ignoring_case(message, part)) return failure;
    return StartFailure::other;
}

std::optional<int> shell_code_of(StartFailure failure) {
    switch (failure) {
    case StartFailure::not_found: return 127;
    case StartFailure::not_executable: return 126;
    default: return std::nullopt;
    }
}

bool is_shell(std::string_view program) {
    return std::find(k_shells.begin(), k_shells.end(), base_name(program)) != k_shells.end();
}

std::string_view core_of(std::string_view message) {
    for (const std::string_view layer : {"unable to start container process: ", "starting container process caused: ", "OCI runtime exec failed: exec failed: ", "failed to exec in container: ", "Internal error occurred: "})
        if (const auto at = message.rfind(layer); at != std::string_view::npos) {
            message.remove_prefix(at + layer.size());
            break;
        }
    if (message.ends_with(": unknown")) message.remove_suffix(9);
    return message;
}

Error explain(const FailedStart& failed) {
    Error error{.kind = ErrorKind::server, .message = format("cannot start `{}` in container `{}`: {}", line_of(failed.command), failed.container, core_of(failed.message))};
    switch (start_failure_of(failed.message)) {
    case StartFailure::not_found:
        if (!failed.command.empty()) explain_missing(failed, error);
        break;
    case StartFailure::not_executable: error.help.push_back("a script needs the bit x and a first line like #!/bin/sh; a program has to be built for the node's platform"); break;
    case StartFailure::no_container:
        error.kind = ErrorKind::not_found;
        error.message = format("container `{}` does not run", failed.container);
        break;
    case StartFailure::no_folder: error.help.push_back("the container's workingDir is missing or closed to its user"); break;
    case StartFailure::no_user: error.help.push_back("the user of securityContext.runAsUser or of the image is not in its /etc/passwd"); break;
    case StartFailure::other: error.help.push_back(format("what the node says of it: kdiag describe {}", failed.where)); break;
    }
    return error;
}

} // namespace kdiag::app
