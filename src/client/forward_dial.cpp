// SPDX-License-Identifier: Apache-2.0
#include "client/forward_dial.hpp"

#include "client/api_status.hpp"
#include "client/stream_role.hpp"
#include "net/stream_offer.hpp"
#include "util/format.hpp"

#include <utility>

namespace kdiag::client {

namespace {

constexpr const char* k_spdy = "portforward.k8s.io";
constexpr const char* k_tunnel = "SPDY/3.1+portforward.k8s.io";
constexpr const char* k_websocket = "v4.channel.k8s.io";

using Streams = config::ClusterConfig::Streams;

} // namespace

ForwardDial::ForwardDial(ApiClient& client, std::shared_ptr<ForwardRoute> route, std::optional<std::uint16_t> port,
                         std::function<void(Result<std::unique_ptr<ForwardLine>>)> on_done)
    : m_client(client), m_route(std::move(route)), m_port(port), m_on_done(std::move(on_done)), m_way(m_route->way) {
    if (!m_route->way_known && client.config().streams == Streams::spdy) m_way = ForwardWay::spdy;
    m_turn = m_route->handshakes.ask([this] { dial(); });
}

ForwardDial::~ForwardDial() {
    m_route->handshakes.give_back(m_turn);
}

void ForwardDial::dial() {
    UpgradeCall call{.method = "GET", .path = format("/api/v1/namespaces/{}/pods/{}/portforward", escape(m_route->namespace_name), escape(m_route->pod)), .protocol = "websocket", .headers = {}};
    if (m_way == ForwardWay::spdy) {
        call.method = "POST";
        call.protocol = "SPDY/3.1";
        call.headers = net::SpdyOffer(k_spdy).headers();
    } else {
        if (m_way == ForwardWay::websocket && !m_port) {
            m_route->way = m_way;
            m_route->way_known = true;
            return finish(std::unique_ptr<ForwardLine>());
        }
        if (m_way == ForwardWay::websocket) call.path += format("?ports={}", *m_port);
        m_offer.emplace(std::vector<std::string>{m_way == ForwardWay::tunnel ? k_tunnel : k_websocket});
        call.headers = m_offer->headers();
    }
    auto upgrade = m_client.upgrade(call, [this](Result<net::Upgraded> result) { answered(std::move(result)); });
    if (!upgrade) return finish(std::move(upgrade).error());
    m_upgrade = *std::move(upgrade);
}

void ForwardDial::answered(Result<net::Upgraded> result) {
    const auto done = std::move(m_upgrade); // stays until the end of this function
    if (!result) return finish(std::move(result).error());
    if (result->response.status == 101) return switched(*std::move(result));
    refused(result->response);
}

void ForwardDial::switched(net::Upgraded upgraded) {
    if (m_way == ForwardWay::spdy) {
        if (auto status = net::SpdyOffer(k_spdy).agreed(upgraded.response); !status) return finish(std::move(status).error());
    } else if (auto agreed = m_offer->agreed(upgraded.response); !agreed) {
        return finish(std::move(agreed).error());
    }
    m_route->way = m_way;
    m_route->way_known = true;
    finish(std::make_unique<ForwardLine>(m_client.loop(), m_way, std::move(upgraded)));
}

void ForwardDial::refused(const net::UpgradeResponse& response) {
    if (response.status == 401 && !std::exchange(m_refreshed, true)) {
        auto newer = m_client.refresh_credential();
        if (!newer) return finish(std::move(newer).error());
        if (*newer) return dial();
    }
    const auto next = next_way(response);
    if (!next) return finish(explain(response));
    if (m_way == ForwardWay::tunnel) m_websocket_refusal = explain(response);
    m_way = *next;
    dial();
}

/// A bare 403: the server (before 1.31) knows no tunnel. A 403 of the API server: the role may allow only `create`, which is what a POST
/// needs. No Status: something in between lets no such connection through. The API server's other answers are about the pod.
std::optional<ForwardWay> ForwardDial::next_way(const net::UpgradeResponse& response) const {
    const bool status = is_api_status(response.body);
    const auto streams = m_client.config().streams;
    if (response.status == 401 || m_way == ForwardWay::websocket || streams == Streams::spdy) return std::nullopt;
    if (m_way == ForwardWay::spdy) return status ? std::nullopt : std::optional(ForwardWay::websocket);
    if (streams == Streams::websocket) return status ? std::nullopt : std::optional(ForwardWay::websocket);
    return response.status == 403 || !status ? std::optional(ForwardWay::spdy) : std::nullopt;
}

Error ForwardDial::explain(const net::UpgradeResponse& response) const {
    auto error = m_client.refusal_of(response, format("forward ports to pod {} in namespace {}", m_route->pod, m_route->namespace_name));
    if (response.status == 403 && is_api_status(response.body)) {
        explain_role(error, m_websocket_refusal, "pods/portforward");
    } else if (m_websocket_refusal && response.status != 401) {
        error.notes.push_back("before that, over WebSocket: " + m_websocket_refusal->message);
    }
    return error;
}

void ForwardDial::finish(Result<std::unique_ptr<ForwardLine>> result) {
    const auto route = m_route; // this may be destroyed
    route->handshakes.give_back(std::exchange(m_turn, 0));
    const auto on_done = std::move(m_on_done);
    on_done(std::move(result));
}

} // namespace kdiag::client
