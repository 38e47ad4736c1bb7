// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/remote_command.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::client {

/// How input, output and the end of a remote command travel over a connection that was upgraded. Knows no socket and no clock.
class RemoteProtocol {
public:
    struct Events {
        std::function<void(std::string)> send; ///< bytes for the server
        std::function<void(OutputChannel, std::string_view)> on_output;
    };
    virtual ~RemoteProtocol() = default;

    /// Input flows: with SPDY not before the server has agreed to every stream.
    virtual bool ready() const = 0;
    /// At most 32 KiB.
    virtual void send_stdin(std::string_view bytes) = 0;
    virtual void end_stdin() = 0;
    virtual void send_size(TerminalSize size) = 0;
    virtual void say_goodbye() = 0;

    /// Takes bytes from the server. An error: it broke the protocol.
    virtual Status receive(std::string_view bytes) = 0;
    /// Keeps the connection alive; an error: it is lost.
    virtual Status passed(Duration time, bool paused) = 0;

    /// Nothing more comes, whether the server said goodbye or not: what it said so far is its last word.
    virtual void connection_ended() = 0;

    /// The server's last word on the command, once it is complete.
    virtual const std::optional<RemoteExit>& exit() const = 0;
    /// Nothing more comes.
    virtual bool finished() const = 0;
    /// What the server said at the end besides that; for a connection that ended too early.
    virtual std::string last_words() const = 0;
};

/// `v5` knows an end of input, v4 does not.
std::unique_ptr<RemoteProtocol> remote_over_websocket(bool v5, RemoteProtocol::Events events);
std::unique_ptr<RemoteProtocol> remote_over_spdy(bool stdin_open, bool tty, RemoteProtocol::Events events);

} // namespace kdiag::client
