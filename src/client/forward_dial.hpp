// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/api_client.hpp"
#include "client/forward_line.hpp"
#include "client/idle_lines.hpp"
#include "net/stream_offer.hpp"
#include "net/turns.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace kdiag::client {

/// The pod, and the way that is known to lead there.
struct ForwardRoute {
    /// Hundreds of local connections that come at once would cost as many TLS handshakes at once, here and on the server.
    static constexpr std::size_t k_handshakes_at_once = 32;
    ForwardRoute(net::EventLoop& loop, std::string in_namespace, std::string pod_name)
        : namespace_name(std::move(in_namespace)), pod(std::move(pod_name)), handshakes(loop, k_handshakes_at_once), idle(loop) {}

    std::string namespace_name, pod;
    net::Turns handshakes;
    IdleLines idle;
    ForwardWay way = ForwardWay::tunnel;
    bool way_known = false;
};

/// Looks for an upgraded connection to a pod, by the way that is known or by each in turn, when it is its turn among those of the route.
class ForwardDial {
public:
    /// on_done is called once, from the loop, and may destroy this object. Without a port nothing is dialled in the pod; a null line then says
    /// that only WebSocket v4 is left, which cannot be had without.
    ForwardDial(ApiClient& client, std::shared_ptr<ForwardRoute> route, std::optional<std::uint16_t> port, std::function<void(Result<std::unique_ptr<ForwardLine>>)> on_done);
    ~ForwardDial();
    ForwardDial(const ForwardDial&) = delete;
    ForwardDial& operator=(const ForwardDial&) = delete;

private:
    void dial();
    void answered(Result<net::Upgraded> result);
    void switched(net::Upgraded upgraded);
    void refused(const net::UpgradeResponse& response);
    std::optional<ForwardWay> next_way(const net::UpgradeResponse& response) const;
    Error explain(const net::UpgradeResponse& response) const;
    void finish(Result<std::unique_ptr<ForwardLine>> result);

    ApiClient& m_client;
    std::shared_ptr<ForwardRoute> m_route;
    std::optional<std::uint16_t> m_port;
    std::function<void(Result<std::unique_ptr<ForwardLine>>)> m_on_done;
    ForwardWay m_way;
    std::optional<Error> m_websocket_refusal;
    bool m_refreshed = false;
    std::optional<net::WebsocketOffer> m_offer;
    std::unique_ptr<net::Upgrade> m_upgrade;
    net::Turns::Id m_turn = 0;
};

} // namespace kdiag::client
