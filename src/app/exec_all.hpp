// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/environment.hpp"
#include "client/remote_command.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

struct ManyOptions {
    std::vector<client::RemoteCommand> commands; ///< one a pod, without input or terminal
    std::size_t concurrency = 8;
    std::optional<Duration> timeout; ///< of each command
};

/// What became of a command in one of several pods.
struct PodOutcome {
    std::string pod;
    int code = 0;
    std::optional<Error> error; ///< `code` is then that of the error (exit_code_beside_a_command)
};

struct ManyEnd {
    int signal = 0;
    bool reader_gone = false;
    std::vector<PodOutcome> outcomes; ///< in the order of the commands
};

/// Runs a command in several pods, some at a time. Each line of output is written whole, with `[POD] ` before it.
Result<ManyEnd> run_many(client::ApiClient& client, ManyOptions options, Environment& environment);

/// `2 of 5 pods: exit code 3: web-1, web-4` and the like, a line an outcome but success; empty when all succeeded.
std::vector<std::string> summary_of(const std::vector<PodOutcome>& outcomes);
/// The highest of the codes.
int worst_code(const std::vector<PodOutcome>& outcomes);

} // namespace kdiag::app
