// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag::client {

/// A command to run in a container (`pods/exec`), or its main process to join (`pods/attach`).
struct RemoteCommand {
    std::string namespace_name, pod, container; ///< the container is always named: the API server refuses to guess among several
    std::vector<std::string> command;           ///< empty: attach
    bool stdin_open = false;
    bool tty = false; ///< one stream both ways, no stderr
};

/// Of a terminal window, in characters.
struct TerminalSize {
    unsigned columns = 0, rows = 0;
    bool operator==(const TerminalSize&) const = default;
};

enum class OutputChannel { out, err };

/// How a remote command ended; one of three. `error`: the code is not known (refused, connection lost, the server broke the protocol).
/// `message` without `error`: the server says why there was no code of a command (no such executable, the runtime failed); `code` is 1.
/// Neither: the command ran and `code` is its own.
struct RemoteExit {
    int code = 0;
    std::optional<Error> error = {};
    std::string message = {};
    bool not_started = false; ///< with `error`: nothing was run, so that it may be tried again
};

/// exec or attach over WebSocket (v5, v4) or SPDY/3.1, whichever the server and the role allow (KEP-4006; kubectl's remotecommand). Driven
/// by the client's event loop; bounded both ways: what is not taken is not read from the network.
class RemoteSession {
public:
    /// All may be empty. A session may be destroyed in on_end or outside of events, not in the others.
    struct Events {
        /// The connection stands and input flows. `protocol`: v5.channel.k8s.io, v4.channel.k8s.io, or SPDY/3.1 v4.channel.k8s.io.
        std::function<void(std::string_view protocol)> on_open;
        /// In order per channel. Still called with what was under way for at most one piece after pause_output().
        std::function<void(OutputChannel, std::string_view)> on_output;
        /// After stdin_full() was true: there is room again.
        std::function<void()> on_stdin_drained;
        /// Once, last.
        std::function<void(RemoteExit)> on_end;
    };

    /// Starts; returns before the connection stands. An Error: there is no credential, or libcurl is missing.
    static Result<std::unique_ptr<RemoteSession>> open(ApiClient& client, RemoteCommand command, Events events);
    /// Ends the connection at once; no event follows. The remote process goes on until it notices.
    ~RemoteSession();
    RemoteSession(const RemoteSession&) = delete;
    RemoteSession& operator=(const RemoteSession&) = delete;

    /// Any size, at any time, also before on_open: kept until it can be sent. Ignored without stdin_open and after end_stdin().
    void write_stdin(std::string_view bytes);
    /// Stop reading local input until on_stdin_drained: 256 KiB or more wait to be sent.
    bool stdin_full() const;
    /// End of input, after what was written. Without a terminal only; on one, an end of input is a character (Ctrl-D) like any other.
    void end_stdin();
    /// The window's size: the last one wins, also before on_open. Ignored without tty.
    void resize(TerminalSize size);
    /// Stops reading from the network, and so the remote command once buffers between are full.
    void pause_output();
    void resume_output();

private:
    struct Impl;
    explicit RemoteSession(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> m_impl;
};

} // namespace kdiag::client
