// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"
#include "util/timestamp.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kdiag::config {

struct ChildRequest {
    std::string program; ///< with a slash: this file; else looked up in PATH, never in the working directory
    std::vector<std::string> args;
    std::vector<std::pair<std::string, std::string>> env; ///< added to this process's
    bool pass_stdin = false;
    Duration timeout = Duration::seconds(60);
    std::size_t most_output = 1u << 20;
};

struct ChildResult {
    enum class End { exited, signalled, timed_out, too_much_output, not_found, not_started } end = End::not_started;
    int code = 0; ///< exit code, signal or errno
    std::string output;
};

/// Runs a program without a shell; its standard output is collected, its standard error is this process's. Killed when it takes too
/// long or says too much.
ChildResult run_child(const ChildRequest& request);

} // namespace kdiag::config
