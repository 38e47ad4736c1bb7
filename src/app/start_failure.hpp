// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/error.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::app {

/// Why a runtime did not start a command in a container.
enum class StartFailure {
    not_found,      ///< no such program
    not_executable, ///< a folder, no permission, or of another platform
    no_container,   ///< it does not run
    no_folder,      ///< the working directory is missing or closed
    no_user,        ///< the user that the container names
    other,
};

/// From the words of runc and crun as containerd, CRI-O and dockershim pass them on (runc libcontainer/init_linux.go and os/exec's LookPath,
/// crun's error.c), and of the kubelet.
StartFailure start_failure_of(std::string_view message);

/// What a shell exits with in that case: 127 and 126; nullopt where a shell has nothing to say.
std::optional<int> shell_code_of(StartFailure failure);

/// bash, zsh, ash and other shells, by name or path.
bool is_shell(std::string_view program);

/// The runtime's own words without the layers around them (`Internal error occurred: ... OCI runtime exec failed: ...: unknown`).
std::string_view core_of(std::string_view message);

/// What a command did not start in, for messages.
struct FailedStart {
    std::string where;                ///< `deploy/api` as the user named it, for commands to paste: `kdiag exec WHERE ...`
    std::string container;
    std::vector<std::string> command;
    std::string message;              ///< the server's
    std::optional<bool> has_sh = {};  ///< known when another shell was missing and `sh` was tried
    std::string image = {};           ///< of a debug container, where another image helps; empty: a command was run in a container that is there
};

/// The failure in words, with what to do now.
Error explain(const FailedStart& failed);

} // namespace kdiag::app
