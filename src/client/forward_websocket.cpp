// SPDX-License-Identifier: Apache-2.0
#include "client/forward_wire.hpp"
#include "net/websocket.hpp"

#include <algorithm>
#include <array>

namespace kdiag::client {

namespace {

constexpr std::size_t k_most_refusal = 8 * 1024;
constexpr Duration k_sign_of_life = Duration::minutes(10); // pings do not reset the idle time-out of the kubelet, messages do

/// Channel 0 carries the bytes, channel 1 the kubelet's word when it fails; each begins with two bytes that name the port (CRI streaming's
/// portforward over WebSocket). There is no end of one direction alone.
class WebsocketWire final : public ForwardWire {
public:
    explicit WebsocketWire(Events events) : m_events(std::move(events)), m_socket(m_events.send, [this](const net::Websocket::Part& part) { take(part); }) {}

    void open(std::uint16_t) override {} // the request has named it
    bool ready() const override { return m_header[0] == k_header; }
    void send(std::string_view bytes) override {
        constexpr char data = 0;
        for (; !bytes.empty(); bytes.remove_prefix(std::min(bytes.size(), net::Websocket::k_most_payload)))
            m_socket.send(std::string_view(&data, 1), bytes.substr(0, net::Websocket::k_most_payload));
    }
    void end() override {} // a Close would cut the answer off

    Status receive(std::string_view bytes) override { return m_socket.receive(bytes); }
    Status passed(Duration time, bool paused) override {
        m_quiet.milliseconds += time.milliseconds;
        if (m_quiet >= k_sign_of_life) {
            m_quiet = {};
            m_socket.send({}, {});
        }
        return m_socket.passed(time, paused);
    }

    const std::string& refusal() const override { return m_refusal; }
    bool ended() const override { return m_socket.closed() && m_socket.closed()->code == k_normal; }
    bool over() const override { return m_socket.closed().has_value(); }
    bool free() const override { return false; } // its port was dialled with the handshake

private:
    void take(const net::Websocket::Part& message) {
        auto bytes = message.bytes;
        if (message.begins) m_channel = -1;
        if (m_channel < 0 && !bytes.empty()) {
            m_channel = bytes.front();
            bytes.remove_prefix(1);
        }
        if (m_channel != 0 && m_channel != 1) return;
        auto& header = m_header[static_cast<std::size_t>(m_channel)];
        const auto of_header = std::min(k_header - header, bytes.size());
        header += of_header;
        bytes.remove_prefix(of_header);
        if (bytes.empty()) return;
        if (m_channel == 0)
            m_events.on_bytes(bytes);
        else
            m_refusal.append(bytes.substr(0, k_most_refusal - m_refusal.size()));
    }

    static constexpr std::size_t k_header = 2;
    static constexpr int k_normal = 1000; // RFC 6455 7.4.1
    Events m_events;
    int m_channel = -1; ///< of the message under way; -1: its first byte has not come
    std::array<std::size_t, 2> m_header{}; ///< bytes of each channel's port that have come
    std::string m_refusal;
    Duration m_quiet;
    net::Websocket m_socket;
};

} // namespace

std::unique_ptr<ForwardWire> forward_over_websocket(ForwardWire::Events events) {
    return std::make_unique<WebsocketWire>(std::move(events));
}

} // namespace kdiag::client
