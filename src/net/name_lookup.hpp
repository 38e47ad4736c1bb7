// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace kdiag::net {

/// What became of resolving a name on this machine.
struct NameLookup {
    std::vector<std::string> addresses; ///< in the order in which clients try them
    std::string problem;                ///< `no such name`; empty when there are addresses
    bool timed_out = false;
    std::int64_t microseconds = 0;
};

/// Resolves a name as every program here does (hosts file, search list, name servers), and never takes longer than the limit: a resolver
/// that hangs is left behind. Numeric addresses resolve to themselves.
NameLookup look_up(const std::string& host, Duration limit, const std::atomic<bool>* interrupted = nullptr);

} // namespace kdiag::net
