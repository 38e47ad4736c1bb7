// SPDX-License-Identifier: Apache-2.0
#include "client/forward_wire.hpp"
#include "net/spdy_session.hpp"
#include "net/websocket.hpp"
#include "util/format.hpp"

#include <optional>

namespace kdiag::client {

namespace {

constexpr std::size_t k_most_refusal = 8 * 1024;
constexpr Duration k_last_words = Duration::seconds(1); // for a server that never ends the stream of errors

/// Two streams a forwarded connection, one such at a time so that none can hold up another: `error` for the kubelet's word when it fails,
/// `data` for the bytes (kubelet's portforward, client-go's tools/portforward).
class SpdyWire final : public ForwardWire {
public:
    SpdyWire(bool tunnelled, Events events)
        : m_events(std::move(events)), m_session([this](std::string bytes) { put(std::move(bytes)); },
                                                 {.on_reply = [this](Id id) { replied(id); }, .on_data = [this](Id id, std::string_view bytes) { take(id, bytes); },
                                                  .on_end = [this](Id id) { stream_ended(id, false); }, .on_reset = [this](Id id, std::uint32_t) { stream_ended(id, true); }}) {
        if (tunnelled) m_tunnel.emplace(m_events.send, [this](const net::Websocket::Part& part) { unwrap(part.bytes); });
    }

    /// Both at once saves a round trip: the kubelet pairs them by the number of the request.
    void open(std::uint16_t port) override {
        m_pair = {};
        const auto request = std::to_string(m_requests++);
        m_pair.error = m_session.open({{"streamtype", "error"}, {"port", std::to_string(port)}, {"requestid", request}});
        m_pair.data = m_session.open({{"streamtype", "data"}, {"port", std::to_string(port)}, {"requestid", request}});
    }
    bool ready() const override { return m_pair.data_replied; }
    void send(std::string_view bytes) override {
        if (!m_pair.reset) m_session.send(m_pair.data, bytes);
    }
    void end() override {
        m_pair.sent_end = true;
        if (!m_pair.reset) m_session.end(m_pair.data);
    }

    Status receive(std::string_view bytes) override {
        if (!m_tunnel) return m_session.receive(bytes);
        KD_TRY(m_tunnel->receive(bytes));
        return std::exchange(m_inner, {});
    }
    /// SPDY's pings are data to the tunnel, so that those of the WebSocket are not needed.
    Status passed(Duration time, bool paused) override {
        if (m_pair.ended && !paused) m_pair.since_end.milliseconds += time.milliseconds;
        if (m_pair.since_end > k_last_words) m_pair.error_ended = true;
        return m_session.passed(time, paused);
    }

    const std::string& refusal() const override { return m_pair.refusal; }
    /// A Close or a goodbye alone does not say that all was sent: the API server gives one for a lost kubelet, too. Nor does the end of the
    /// bytes alone: containerd ends them first, and says after that that it could not connect.
    bool ended() const override { return m_pair.ended && m_pair.error_ended; }
    bool free() const override { return ended() && over() && m_pair.refusal.empty() && !lost(); }
    bool over() const override { return lost() || (m_pair.error_ended && !m_pair.refusal.empty()) || (ended() && (m_pair.reset || m_pair.sent_end)); }

private:
    using Id = net::SpdySession::StreamId;

    bool lost() const { return (m_tunnel && m_tunnel->closed()) || m_session.going_away(); }
    void put(std::string bytes) {
        if (!m_tunnel) return m_events.send(std::move(bytes));
        for (std::string_view rest = bytes; !rest.empty(); rest.remove_prefix(std::min(rest.size(), k_most_message))) m_tunnel->send({}, rest.substr(0, k_most_message));
    }
    void unwrap(std::string_view bytes) {
        if (m_inner) m_inner = m_session.receive(bytes);
    }
    void replied(Id id) {
        if (id == m_pair.error) m_session.end(m_pair.error);
        if (id == m_pair.data) m_pair.data_replied = true;
    }
    void take(Id id, std::string_view bytes) {
        if (id == m_pair.data && !m_pair.ended) m_events.on_bytes(bytes);
        if (id == m_pair.error) m_pair.refusal.append(bytes.substr(0, k_most_refusal - m_pair.refusal.size()));
    }
    void stream_ended(Id id, bool reset) {
        if (id == m_pair.error) m_pair.error_ended = true;
        if (id != m_pair.data) return;
        m_pair.ended = true;
        m_pair.reset = m_pair.reset || reset;
    }

    static constexpr std::size_t k_most_message = net::Websocket::k_most_payload + 8; // a whole SPDY frame
    Events m_events;
    struct Pair {
        Id error = 0, data = 0;
        bool data_replied = false, ended = false, sent_end = false, reset = false, error_ended = false;
        Duration since_end; ///< of the bytes
        std::string refusal;
    };
    Pair m_pair; ///< of the connection that is forwarded now
    unsigned m_requests = 0;
    Status m_inner;
    std::optional<net::Websocket> m_tunnel;
    net::SpdySession m_session;
};

} // namespace

std::unique_ptr<ForwardWire> forward_over_spdy(bool tunnelled, ForwardWire::Events events) {
    return std::make_unique<SpdyWire>(tunnelled, std::move(events));
}

} // namespace kdiag::client
