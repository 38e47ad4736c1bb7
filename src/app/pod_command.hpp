// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/remote_command.hpp"
#include "probe/pod_commands.hpp"
#include "probe/tool_output.hpp"
#include "probe/verdict.hpp"

#include <atomic>
#include <string>

namespace kdiag::app {

/// Where commands are run.
struct ContainerPlace {
    client::ApiClient& client;
    std::string namespace_name, pod, container;
    const std::atomic<bool>* interrupted = nullptr;
};

/// How a command in a container ended.
struct RanCommand {
    probe::ToolResult result;         ///< at most 64 KiB of each stream
    std::string combined;             ///< both streams as they came, at most 64 KiB
    std::string problem;              ///< the runtime could not start it: the server's words
    bool timed_out = false;           ///< it had not ended at the limit; what it said so far is there
    bool greeted = false;             ///< the greeting of probe/pod_commands came
    probe::Microseconds took;         ///< since the greeting; without one since the start
};

/// Runs a command to its end or its limit, whichever comes first. An Error: it is not known what became of it.
Result<RanCommand> run_in_container(const ContainerPlace& place, const probe::PodCommand& command, Duration limit);

/// Steady time, for measuring.
probe::Microseconds steady_now();

} // namespace kdiag::app
