// SPDX-License-Identifier: Apache-2.0
#include "client/remote_protocol.hpp"
#include "client/remote_status.hpp"
#include "net/spdy_session.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <array>

namespace kdiag::client {

namespace {

constexpr std::size_t k_most_status = 64 * 1024;

/// v4.channel.k8s.io over SPDY/3.1: a stream for each channel, named by a header (client-go's remotecommand). The server waits for exactly
/// those that the request's query asks for.
class SpdyProtocol final : public RemoteProtocol {
public:
    SpdyProtocol(bool stdin_open, bool tty, Events events)
        : m_events(std::move(events)), m_session(m_events.send, {.on_reply = [this](Id id) { replied(id); }, .on_data = [this](Id id, std::string_view bytes) { take(id, bytes); },
                                                                 .on_end = [this](Id id) { ended(id); }, .on_reset = [this](Id id, std::uint32_t) { ended(id); }}) {
        open(m_error, "error");
        if (stdin_open) open(m_stdin, "stdin");
        open(m_stdout, "stdout");
        if (tty)
            open(m_size, "resize");
        else
            open(m_stderr, "stderr");
    }

    bool ready() const override {
        for (const auto* stream : streams())
            if (stream->id != 0 && !stream->replied) return false;
        return true;
    }
    void send_stdin(std::string_view bytes) override {
        if (!m_stdin.ended) m_session.send(m_stdin.id, bytes);
    }
    void end_stdin() override {
        if (!m_stdin.ended) m_session.end(m_stdin.id);
    }
    void send_size(TerminalSize size) override {
        if (!m_size.ended) m_session.send(m_size.id, format("{{\"Width\":{},\"Height\":{}}}\n", size.columns, size.rows));
    }
    void say_goodbye() override {
        for (const auto* stream : streams())
            if (stream->id != 0 && !stream->ended) m_session.reset(stream->id, net::SpdySession::k_cancel);
    }

    Status receive(std::string_view bytes) override { return m_session.receive(bytes); }
    Status passed(Duration time, bool paused) override { return m_session.passed(time, paused); }
    void connection_ended() override {
        if (m_exit || m_status.empty()) return;
        auto exit = read_remote_status(m_status); // whole without an end of its stream; then it is JSON to the last brace
        if (!exit.error && trim(m_status).starts_with('{')) m_exit = std::move(exit);
    }
    const std::optional<RemoteExit>& exit() const override { return m_exit; }
    bool finished() const override { return (m_stdout.ended && m_error.ended && (m_stderr.id == 0 || m_stderr.ended)) || m_session.going_away(); }
    std::string last_words() const override { return m_error.ended || m_session.going_away() ? "the server ended the streams" : ""; }

private:
    using Id = net::SpdySession::StreamId;
    struct Stream {
        Id id = 0; ///< 0: not asked for
        bool replied = false, ended = false;
    };
    std::array<const Stream*, 5> streams() const { return {&m_error, &m_stdin, &m_stdout, &m_stderr, &m_size}; }
    std::array<Stream*, 5> streams() { return {&m_error, &m_stdin, &m_stdout, &m_stderr, &m_size}; }

    void open(Stream& stream, const char* type) { stream.id = m_session.open({{"streamtype", type}}); }
    void replied(Id id) {
        for (auto* stream : streams())
            if (stream->id == id) stream->replied = true;
    }
    void take(Id id, std::string_view bytes) {
        if (id == m_stdout.id) m_events.on_output(OutputChannel::out, bytes);
        if (m_stderr.id != 0 && id == m_stderr.id) m_events.on_output(OutputChannel::err, bytes);
        if (id == m_error.id) m_status.append(bytes.substr(0, k_most_status - m_status.size()));
    }
    void ended(Id id) {
        for (auto* stream : streams())
            if (stream->id == id) stream->ended = true;
        if (id == m_error.id && !m_status.empty() && !m_exit) m_exit = read_remote_status(m_status);
    }

    Events m_events;
    Stream m_error, m_stdin, m_stdout, m_stderr, m_size;
    std::string m_status;
    std::optional<RemoteExit> m_exit;
    net::SpdySession m_session;
};

} // namespace

std::unique_ptr<RemoteProtocol> remote_over_spdy(bool stdin_open, bool tty, RemoteProtocol::Events events) {
    return std::make_unique<SpdyProtocol>(stdin_open, tty, std::move(events));
}

} // namespace kdiag::client
