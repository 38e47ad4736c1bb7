// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <memory>
#include <optional>

namespace kdiag::local {

struct WindowSize {
    unsigned columns = 0, rows = 0;
    bool operator==(const WindowSize&) const = default;
};

/// The size of the terminal behind a descriptor; nullopt when there is no terminal, or it does not say (a serial line).
std::optional<WindowSize> window_size(int descriptor);

/// A terminal that passes every key on as bytes (cfmakeraw), so that Ctrl-C and Ctrl-Z reach the remote program. While it lives, the
/// terminal is given back as it was on every way out of the process but SIGKILL: by the destructor, by restore_terminal() in handlers
/// that end the process, and by itself for signals that would kill it (SIGABRT, SIGSEGV, SIGQUIT and others; watch those that you handle
/// yourself before, see signals.hpp). One at a time.
class RawTerminal {
public:
    /// A job in the background is stopped here until it has the terminal.
    static Result<std::unique_ptr<RawTerminal>> enter(int descriptor);
    ~RawTerminal();
    RawTerminal(const RawTerminal&) = delete;
    RawTerminal& operator=(const RawTerminal&) = delete;

    /// As it was; also what the shell gets while the process is stopped.
    void suspend();
    /// Raw again, after SIGCONT. Does nothing while another job has the terminal: its modes are not ours then.
    void resume();

private:
    RawTerminal() = default;
};

/// Gives the terminal back as it was, if it is raw. Async-signal-safe.
void restore_terminal() noexcept;

} // namespace kdiag::local
