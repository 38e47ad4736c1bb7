// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/detach_keys.hpp"
#include "app/output.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

struct ExecOptions {
    ConnectOptions connect;
    OutputOptions output; ///< quiet: nothing but what the command prints
    std::vector<std::string> target; ///< POD, TYPE/NAME or TYPE NAME
    std::string selector;            ///< -l instead of a target
    bool all = false;                ///< in every pod that runs, not in the one that serves best
    std::string container;
    bool stdin_open = false, tty = false;
    std::vector<std::string> command;
    std::optional<Duration> timeout; ///< of the command; unset: as long as it takes
    Duration retry_connect; ///< while nothing can be reached, it is tried again for so long
    DetachKeys detach_keys;
    Duration pod_running_timeout = Duration::seconds(60);
    std::size_t concurrency = 8;
};

/// `kdiag exec`: runs a command in a container, with the standard streams of this process. The exit code is the command's own
/// (exit_code_of_command); an Error means that it is not known.
Result<ExitCode> run_exec(const ExecOptions& options, Environment& environment);

} // namespace kdiag::app
