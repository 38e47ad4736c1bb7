// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/output.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

struct DescribeOptions {
    ConnectOptions connect;
    OutputOptions output;
    std::vector<std::string> targets;
    std::string selector;
    std::vector<std::string> filenames;
    bool recursive = false;
    bool all_namespaces = false;
    bool full = false;
    std::optional<bool> show_events; ///< unset: for one object
    std::size_t log_lines = 20;
    Duration timeout = Duration::seconds(60);
    std::size_t concurrency = 8;
    std::optional<Timestamp> now;
};

/// `kdiag describe`: one object whole, or a verdict line for each of several.
Result<ExitCode> run_describe(const DescribeOptions& options, Environment& environment);

} // namespace kdiag::app
