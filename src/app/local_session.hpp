// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/detach_keys.hpp"
#include "app/environment.hpp"
#include "client/remote_command.hpp"

#include <optional>

namespace kdiag::app {

struct SessionOptions {
    client::RemoteCommand command; ///< with `tty` the local terminal is raw while the session is open
    std::optional<Duration> timeout;
    std::string first_input = {}; ///< sent before anything that is typed
    DetachKeys detach_keys = {};  ///< on a terminal
};

/// How a session ended; the first that applies.
struct SessionEnd {
    int signal = 0; ///< this process was asked to stop
    bool timed_out = false;
    bool detached = false; ///< by keys; the program goes on
    bool reader_gone = false; ///< standard output or error has no reader any more (`| head`)
    bool opened = false;      ///< the command was started, or at least the connection stood
    client::RemoteExit exit;
};

/// Joins a remote command with the standard streams of this process until it has ended and its output is written. An Error: it could not
/// be started, or a local stream failed (the disk is full). The terminal is as before on return.
Result<SessionEnd> run_session(client::ApiClient& client, SessionOptions options, Environment& environment);

/// Runs a command without streams, for what it exits with; nullopt when it has not ended within the time.
std::optional<client::RemoteExit> run_silently(client::ApiClient& client, client::RemoteCommand command, Duration timeout, const Environment& environment);

} // namespace kdiag::app
