// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/logs/container_log.hpp"
#include "app/logs/pod_seen.hpp"

#include <cstdint>
#include <deque>
#include <string>

namespace kdiag::app {

/// A pod whose logs are read.
struct LoggedPod {
    PodSeen seen;
    std::size_t number = 0;
    bool gone = false;
    std::string watch; ///< the list that it is from
    bool told = false; ///< something of the pod itself
};

/// One container's log on its way, and what has been told of its container.
struct LogStream {
    enum class Phase { waiting, reading, between, done };
    LogStream(client::ApiClient& client, LogOrigin origin, LogRequest request, const LineFilter& filter, LongLines& long_lines, LoggedPod& of, ContainerSeen first)
        : log(client, std::move(origin), std::move(request), filter, long_lines), pod(of), seen(std::move(first)) {}

    ContainerLog log;
    LoggedPod& pod;
    ContainerSeen seen; ///< as it was told of last
    Phase phase = Phase::waiting;
    std::int64_t asked_ms = 0, arrived_ms = 0, due_ms = 0, events_since_ms = 0;
    std::int64_t read_restarts = -1; ///< which instance was asked for
    int failures = 0;
    bool clean_end = true, reading_previous = false, trouble = false, told_loss = false, explained = false, failed_when_over = false;
    std::string told_failure; ///< of the kubelet
    std::uint64_t lines_at_failure = 0;
    std::deque<LogEvent> events;
};

} // namespace kdiag::app
