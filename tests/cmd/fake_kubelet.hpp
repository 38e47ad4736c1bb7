// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/http_server.hpp"
#include "support/websocket_peer.hpp"

#include <functional>
#include <string>

namespace kdiag::test {

/// What happens in a container once a command is started or joined there.
using Talk = std::function<void(WebsocketPeer&, Wire&, const FakeRequest&)>;

/// An API server with the pods web, web-1 and web-2 of namespace shop, whose `exec` and `attach` do as a function says. `other` may
/// answer everything else first (status 0: it does not).
class FakeKubelet {
public:
    explicit FakeKubelet(Talk talk, std::function<FakeReply(const FakeRequest&)> other = {});
    std::string url() const { return m_server.url(); }
    std::vector<FakeRequest> requests() const { return m_server.requests(); }

private:
    HttpServer m_server;
};

/// Messages of the channels of v5.channel.k8s.io.
std::string out(std::string_view text);
std::string err(std::string_view text);
/// The last message of a command: its exit code, or the runtime's words for one that did not start.
std::string exit_status(int code);
std::string failed_start(const std::string& message);

/// Ends a command.
void finish(WebsocketPeer& peer, int code);
/// What arrives on stdin until its end.
std::string take_stdin(WebsocketPeer& peer);

/// A pod as the API server gives it.
std::string pod_json(const std::string& name, const std::string& phase = "Running");

} // namespace kdiag::test
