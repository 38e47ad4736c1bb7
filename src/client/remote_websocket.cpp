// SPDX-License-Identifier: Apache-2.0
#include "client/remote_protocol.hpp"
#include "client/remote_status.hpp"
#include "net/websocket.hpp"
#include "util/format.hpp"

namespace kdiag::client {

namespace {

// v4.channel.k8s.io and v5.channel.k8s.io (apiserver's wsstream, KEP-4006): the first byte of a message is its channel.
constexpr char k_stdin = 0, k_stdout = 1, k_stderr = 2, k_status = 3, k_size = 4;
constexpr std::string_view k_end_of_stdin("\xff\x00", 2);
constexpr std::size_t k_most_status = 64 * 1024;
constexpr Duration k_sign_of_life = Duration::minutes(10); // pings do not reset the idle time-out of the kubelet, messages do

class WebsocketProtocol final : public RemoteProtocol {
public:
    WebsocketProtocol(bool v5, Events events)
        : m_v5(v5), m_events(std::move(events)), m_socket(m_events.send, [this](const net::Websocket::Part& part) { take(part); }) {}

    bool ready() const override { return true; }
    void send_stdin(std::string_view bytes) override { m_socket.send(std::string_view(&k_stdin, 1), bytes); }
    void end_stdin() override {
        if (m_v5) m_socket.send(k_end_of_stdin, {});
    }
    void send_size(TerminalSize size) override {
        m_socket.send(std::string_view(&k_size, 1), format(R"({{"Width":{},"Height":{}}})", size.columns, size.rows));
    }
    void say_goodbye() override { m_socket.close(); }

    Status receive(std::string_view bytes) override { return m_socket.receive(bytes); }
    Status passed(Duration time, bool paused) override {
        m_quiet.milliseconds += time.milliseconds;
        if (m_quiet >= k_sign_of_life) {
            m_quiet = {};
            m_socket.send({}, {});
        }
        return m_socket.passed(time, paused);
    }

    void connection_ended() override {} // a message that is not whole says nothing
    const std::optional<RemoteExit>& exit() const override { return m_exit; }
    bool finished() const override { return m_socket.closed().has_value(); }
    std::string last_words() const override {
        if (!m_socket.closed()) return {};
        const auto& close = *m_socket.closed();
        return close.reason.empty() ? format("the server closed the stream with code {}", close.code) : format("the server closed the stream: {} ({})", close.reason, close.code);
    }

private:
    void take(const net::Websocket::Part& message) {
        auto bytes = message.bytes;
        if (message.begins) m_channel = -1;
        if (m_channel < 0 && !bytes.empty()) {
            m_channel = bytes.front();
            bytes.remove_prefix(1);
        }
        // A channel without bytes says `established`, a message without a channel is a sign of life; unknown channels are dropped.
        if (m_channel == k_stdout && !bytes.empty()) m_events.on_output(OutputChannel::out, bytes);
        if (m_channel == k_stderr && !bytes.empty()) m_events.on_output(OutputChannel::err, bytes);
        if (m_channel != k_status) return;
        m_status.append(bytes.substr(0, k_most_status - m_status.size()));
        if (message.ends && !m_status.empty() && !m_exit) m_exit = read_remote_status(m_status);
    }

    bool m_v5;
    Events m_events;
    int m_channel = -1; ///< of the message under way; -1: its first byte has not come
    std::string m_status;
    std::optional<RemoteExit> m_exit;
    Duration m_quiet;
    net::Websocket m_socket;
};

} // namespace

std::unique_ptr<RemoteProtocol> remote_over_websocket(bool v5, RemoteProtocol::Events events) {
    return std::make_unique<WebsocketProtocol>(v5, std::move(events));
}

} // namespace kdiag::client
