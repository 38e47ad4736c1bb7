// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/port_forward.hpp"
#include "client_fixture.hpp"
#include "support/forward_kubelet.hpp"
#include "support/websocket_peer.hpp"

#include <chrono>

namespace kdiag::test {

/// A connection and what became of it.
struct Connection {
    bool open = false, ended_bytes = false, over = false, drained = false;
    std::string got;
    std::size_t taken = 0;
    bool keep = true;
    std::optional<Error> error;
    std::unique_ptr<client::PodConnection> pod;

    Connection() = default;
    explicit Connection(client::PortForward& forward, std::uint16_t port = 80) { connect(forward, port); }
    void connect(client::PortForward& forward, std::uint16_t port = 80) {
        pod = forward.connect(port, {.on_open = [this] { open = true; },
                                     .on_bytes = [this](std::string_view bytes) {
                                         taken += bytes.size();
                                         if (keep) got += bytes;
                                     },
                                     .on_drained = [this] { drained = true; }, .on_end_of_bytes = [this] { ended_bytes = true; },
                                     .on_end = [this](std::optional<Error> end) {
                                         over = true;
                                         error = std::move(end);
                                     }});
    }
};

template <class Predicate> bool turn_until(client::ApiClient& api, Predicate predicate, int seconds = 20) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(seconds);
    while (!predicate() && std::chrono::steady_clock::now() < end) api.loop().turn(Duration{50});
    return predicate();
}

} // namespace kdiag::test
