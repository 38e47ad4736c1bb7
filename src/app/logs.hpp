// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/connect.hpp"
#include "app/output.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace kdiag::app {

struct LogsOptions {
    ConnectOptions connect;
    OutputOptions output;
    std::string format = "text"; ///< text, json or raw
    std::vector<std::string> targets;
    std::string selector, match, container;
    std::optional<bool> all_containers; ///< unset: of workloads, Services and selections all, of a pod its default container
    bool all_pods = false;
    bool follow = false, previous = false, timestamps = false, until_exit = false, ignore_errors = false, insecure_backend = false;
    std::string prefix = "auto", merge = "auto"; ///< auto, always or never
    std::int64_t tail = -1;
    std::optional<Duration> since;
    std::optional<Timestamp> since_time;
    std::int64_t limit_bytes = 0; ///< 0: none
    std::vector<std::string> include, exclude, highlight;
    std::size_t max_requests = 50;
    Duration pod_running_timeout = Duration::seconds(20);
};

/// What the words after `logs` name.
struct LogTargets {
    std::vector<std::vector<std::string>> names; ///< each for parse_target_name
    std::string container;                       ///< kubectl's POD CONTAINER
};
/// `POD`, `POD CONTAINER`, `TYPE/NAME...`, `TYPE/NAME CONTAINER`, `TYPE NAME...`.
Result<LogTargets> parse_log_targets(const std::vector<std::string>& words);

/// `kdiag logs`: prints logs of containers, in order, with what happens between their lines, as they are written with `follow`.
Result<ExitCode> run_logs(const LogsOptions& options, Environment& environment);

} // namespace kdiag::app
