// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/remote_command.hpp"
#include "client_fixture.hpp"
#include "support/spdy_peer.hpp"
#include "support/websocket_peer.hpp"

#include <chrono>
#include <functional>
#include <optional>

namespace kdiag::test {

/// A remote command and what became of it.
struct Remote {
    std::unique_ptr<client::ApiClient> api;
    std::unique_ptr<client::RemoteSession> session;
    std::string protocol, out, err;
    std::optional<client::RemoteExit> exit;
    std::size_t taken = 0; ///< bytes of output, also when they are not kept
    bool keep_output = true;

    Remote(config::ClusterConfig config, client::RemoteCommand command, std::function<void(Remote&)> on_open = {}) : api(client_for(std::move(config))) {
        auto opened = client::RemoteSession::open(*api, std::move(command),
                                                  {.on_open = [this, on_open](std::string_view name) {
                                                       protocol = name;
                                                       if (on_open) on_open(*this);
                                                   },
                                                   .on_output = [this](client::OutputChannel channel, std::string_view bytes) {
                                                       taken += bytes.size();
                                                       if (keep_output) (channel == client::OutputChannel::out ? out : err) += bytes;
                                                   },
                                                   .on_stdin_drained = [this] {
                                                       if (on_drained) on_drained();
                                                   },
                                                   .on_end = [this](client::RemoteExit end) { exit = std::move(end); }});
        REQUIRE(opened);
        session = *std::move(opened);
    }
    std::function<void()> on_drained;

    /// Turns the loop until it is so, or long enough.
    template <class Predicate> bool until(Predicate predicate, int seconds = 20) {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
        while (!predicate() && std::chrono::steady_clock::now() < end) api->loop().turn(Duration{50});
        return predicate();
    }
    const client::RemoteExit& finish(int seconds = 20) {
        REQUIRE(until([this] { return exit.has_value(); }, seconds));
        return *exit;
    }
    std::string error_words() {
        finish();
        REQUIRE(exit->error);
        return words_of(*exit->error);
    }
};

inline client::RemoteCommand command_true() {
    return {.namespace_name = "shop", .pod = "web", .container = "app", .command = {"true"}};
}

inline const char* const k_success = R"({"metadata":{},"status":"Success"})";
inline const char* const k_exit_3 =
    R"({"metadata":{},"status":"Failure","message":"command terminated with non-zero exit code: exit status 3","reason":"NonZeroExitCode","details":{"causes":[{"reason":"ExitCode","message":"3"}]}})";

inline std::string channel(char number, std::string_view payload) {
    return std::string(1, number).append(payload);
}

} // namespace kdiag::test
