// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/environment.hpp"
#include "app/output.hpp"
#include "rules/finding.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

struct DiagnoseOptions {
    ConnectOptions connect;
    OutputOptions output;
    std::vector<std::string> targets;   ///< kubectl's TYPE NAME, TYPE/NAME
    std::string selector;               ///< -l
    std::vector<std::string> filenames; ///< -f
    bool recursive = false;
    bool all_namespaces = false;
    std::vector<std::string> select, ignore;
    rules::Severity floor = rules::Severity::info;
    std::optional<rules::Severity> fail_on = rules::Severity::error; ///< none: never
    bool require_complete = false;
    bool logs = true;
    std::size_t log_lines = 20;
    std::size_t max_findings = 20;
    bool show_skipped = false;
    bool timings = false;
    Duration timeout = Duration::seconds(60);
    std::size_t concurrency = 8;
    std::uint64_t max_memory = 0; ///< bytes, 0: no limit
    std::optional<Timestamp> now;
};

/// Reads, judges, prints; the exit code is that of ux.md 3.8. An Error means that there is no verdict at all.
Result<ExitCode> run_diagnose(const DiagnoseOptions& options, Environment& environment);

/// Several outcomes in one run: findings outrank a time-out, which outranks incompleteness.
ExitCode exit_code_for(const report::Report& report, const DiagnoseOptions& options);

} // namespace kdiag::app
