// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/terminal.hpp"
#include "util/timestamp.hpp"

#include <atomic>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

namespace kdiag::app {

/// The world as a command sees it: streams, terminal, variables, clock. Tests bring their own.
struct Environment {
    std::ostream& out;
    std::ostream& err;
    std::function<std::optional<std::string>(std::string_view)> variable;
    std::function<Timestamp()> clock = now_utc;
    /// The errno of the first write to `out` that failed; 0: none has.
    std::function<int()> out_error = {};
    /// Set by the first Ctrl-C: stop, print what is known.
    const std::atomic<bool>* interrupted = nullptr;
    /// The signal behind `interrupted`, for the exit code (130 or 143).
    const std::atomic<int>* signal = nullptr;
    bool stdout_is_terminal = false, stderr_is_terminal = false, stdin_is_terminal = false;
    int terminal_columns = 0; ///< 0: unknown
    /// The standard streams as descriptors, for what passes bytes on while other things happen (exec, debug, logs).
    struct Descriptors {
        int in = 0, out = 1, err = 2;
    } descriptors = {};
};

} // namespace kdiag::app
