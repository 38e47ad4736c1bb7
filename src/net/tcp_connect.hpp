// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "net/event_loop.hpp"

#include <atomic>
#include <string>
#include <vector>

namespace kdiag::net {

/// What became of opening a TCP connection, which is closed again at once.
struct TcpAttempt {
    std::string address; ///< the one that answered, or the last that did not
    std::string problem; ///< `connection refused`, `no answer within 5s`; empty: it opened
    bool timed_out = false;
    std::int64_t microseconds = 0; ///< of the last attempt
    std::vector<std::string> failed; ///< addresses tried in vain before, each with its problem
};

/// Tries numeric addresses one after the other; all together never take longer than the limit, of which each gets a fair part.
TcpAttempt try_connect(EventLoop& loop, const std::vector<std::string>& addresses, int port, Duration limit, const std::atomic<bool>* interrupted = nullptr);

} // namespace kdiag::net
