// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/pod_command.hpp"
#include "net/local_passage.hpp"
#include "net/socket_stream.hpp"

#include <memory>
#include <optional>
#include <string>

namespace kdiag::app {

/// A passage into a pod: what libcurl says goes to the standard input of a tool there (nc, bash), which passes it on to a port, and back.
/// Bounded both ways.
class PodRelay {
public:
    /// Starts the tool. An Error: it cannot be asked for at all.
    static Result<std::unique_ptr<PodRelay>> open(const ContainerPlace& place, const probe::PodCommand& command);
    PodRelay(const PodRelay&) = delete;
    PodRelay& operator=(const PodRelay&) = delete;
    ~PodRelay() = default;

    /// Waits until the tool has been started; an Error says why it has not. An ended tool counts as started: it said why.
    Status wait_until_started(Duration limit);
    /// Waits a moment for the tool's own word about a connection that failed, and gives it.
    probe::ToolProblem problem();
    const std::string& passage() const { return m_passage->name(); }

private:
    explicit PodRelay(const ContainerPlace& place) : m_place(place) {}
    void on_connected(int descriptor);
    void on_output(client::OutputChannel channel, std::string_view bytes);
    void on_end(client::RemoteExit exit);
    void pass_on();

    ContainerPlace m_place;
    std::unique_ptr<net::LocalPassage> m_passage;
    std::unique_ptr<client::RemoteSession> m_session;
    std::unique_ptr<net::SocketStream> m_stream; ///< what libcurl is connected to; null until it is
    std::optional<client::RemoteExit> m_ended;
    bool m_started = false;
    std::string m_out; ///< from the pod, until libcurl is there
    std::string m_err;
};

} // namespace kdiag::app
