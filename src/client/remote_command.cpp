// SPDX-License-Identifier: Apache-2.0
#include "client/remote_command.hpp"

#include "client/api_status.hpp"
#include "client/remote_protocol.hpp"
#include "client/remote_status.hpp"
#include "client/stream_role.hpp"
#include "net/stream_offer.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <optional>
#include <utility>

namespace kdiag::client {

namespace {

constexpr std::size_t k_full_input = 256 * 1024, k_drained_input = 64 * 1024, k_piece = 32 * 1024;
constexpr Duration k_tick = Duration::seconds(1);
constexpr Duration k_streams_deadline = Duration::seconds(30); // the server gives up waiting for streams then, too
constexpr Duration k_goodbye = Duration::seconds(5);
constexpr const char* k_v5 = "v5.channel.k8s.io";
constexpr const char* k_v4 = "v4.channel.k8s.io";

using Streams = config::ClusterConfig::Streams;

std::string path_of(const RemoteCommand& command) {
    std::string path = format("/api/v1/namespaces/{}/pods/{}/{}?container={}", escape(command.namespace_name), escape(command.pod), command.command.empty() ? "attach" : "exec",
                              escape(command.container));
    for (const auto& word : command.command) path += "&command=" + escape(word);
    if (command.stdin_open) path += "&stdin=true";
    path += "&stdout=true";
    path += command.tty ? "&tty=true" : "&stderr=true"; // a terminal has one stream
    return path;
}

} // namespace

struct RemoteSession::Impl {
    Impl(ApiClient& api_client, RemoteCommand remote_command, Events remote_events)
        : client(api_client), command(std::move(remote_command)), events(std::move(remote_events)),
          spdy(api_client.config().streams == Streams::spdy) {}
    ~Impl();

    Status dial();
    void answered(Result<net::Upgraded> result);
    void switched(net::Upgraded upgraded);
    void refused(const net::UpgradeResponse& response);
    bool may_fall_back(const net::UpgradeResponse& response) const;
    Error explain(const net::UpgradeResponse& response) const;

    void run(std::string protocol_name, net::Upgraded upgraded);
    void received(std::string_view bytes);
    void began();
    void tick();
    void conclude(std::optional<Error> cause);
    void fail(Error error, bool not_started = false) { finish({.code = 1, .error = std::move(error), .not_started = not_started}); }
    void finish(RemoteExit exit);

    void pump_input();
    void send_size();
    std::size_t waiting_input() const { return input.size() - input_sent + (stream ? stream->unsent() : 0); }
    bool needs_end_of_input() const { return command.stdin_open && !command.tty; }
    std::string doing() const { return format("{} pod {} in namespace {}", command.command.empty() ? "attach to" : "run a command in", command.pod, command.namespace_name); }

    ApiClient& client;
    RemoteCommand command;
    Events events;

    bool spdy; ///< the way that is tried
    bool refreshed = false;
    std::optional<Error> websocket_refusal; ///< why SPDY is tried
    std::optional<net::WebsocketOffer> offer;
    std::unique_ptr<net::Upgrade> upgrade;

    std::string protocol_name;
    std::unique_ptr<RemoteProtocol> protocol;
    std::unique_ptr<net::StreamConnection> stream;
    bool open = false, paused = false, ended = false;
    net::EventLoop::TimerId timer = 0, end_timer = 0;
    Duration waited; ///< for streams to stand, then for a goodbye

    std::string input; ///< not handed to the connection yet
    std::size_t input_sent = 0;
    bool input_ends = false, input_end_sent = false, input_was_full = false;
    std::optional<TerminalSize> size, size_sent;
};

RemoteSession::Impl::~Impl() {
    client.loop().cancel(timer);
    client.loop().cancel(end_timer);
    if (protocol && stream && !ended) protocol->say_goodbye();
}

Status RemoteSession::Impl::dial() {
    UpgradeCall call{.method = "POST", .path = path_of(command), .protocol = "SPDY/3.1", .headers = net::SpdyOffer(k_v4).headers()};
    if (!spdy) {
        // Servers before 1.30 choose v4, which has no end of input; offered v5 alone they refuse, and SPDY has one.
        offer.emplace(needs_end_of_input() ? std::vector<std::string>{k_v5} : std::vector<std::string>{k_v5, k_v4});
        call.method = "GET";
        call.protocol = "websocket";
        call.headers = offer->headers();
    }
    KD_TRY_ASSIGN(upgrade, client.upgrade(call, [this](Result<net::Upgraded> result) { answered(std::move(result)); }));
    return {};
}

void RemoteSession::Impl::answered(Result<net::Upgraded> result) {
    const auto done = std::move(upgrade); // stays until the end of this function
    if (!result) return fail(std::move(result).error());
    if (result->response.status == 101) return switched(*std::move(result));
    refused(result->response);
}

void RemoteSession::Impl::switched(net::Upgraded upgraded) {
    if (spdy) {
        if (auto status = net::SpdyOffer(k_v4).agreed(upgraded.response); !status) return fail(std::move(status).error());
        return run(format("SPDY/3.1 {}", k_v4), std::move(upgraded));
    }
    auto agreed = offer->agreed(upgraded.response);
    if (!agreed) return fail(std::move(agreed).error());
    run(*std::move(agreed), std::move(upgraded));
}

void RemoteSession::Impl::refused(const net::UpgradeResponse& response) {
    if (response.status == 401 && !std::exchange(refreshed, true)) {
        auto newer = client.refresh_credential();
        if (!newer) return fail(std::move(newer).error());
        if (*newer) {
            auto status = dial();
            return status ? void() : fail(std::move(status).error());
        }
    }
    if (!may_fall_back(response)) return fail(explain(response), true);
    websocket_refusal = explain(response);
    spdy = true;
    if (auto status = dial(); !status) fail(std::move(status).error());
}

/// Nothing was started in these cases, so that the other way may be tried: the role allows only `create`, which is what SPDY's POST
/// needs (KEP-4006); the server knows none of the subprotocols (a bare 403); or something in between lets no WebSocket through.
bool RemoteSession::Impl::may_fall_back(const net::UpgradeResponse& response) const {
    if (spdy || client.config().streams != Streams::automatic || response.status == 401) return false;
    return response.status == 403 || !is_api_status(response.body);
}

Error RemoteSession::Impl::explain(const net::UpgradeResponse& response) const {
    if (!spdy && response.status == 403 && !is_api_status(response.body)) // what servers say to subprotocols they do not know
        return {.kind = ErrorKind::protocol, .message = format("cannot {}: the server knows no WebSocket protocol of {}", doing(), needs_end_of_input() ? k_v5 : format("{} and {}", k_v5, k_v4)),
                .help = {needs_end_of_input() ? "before Kubernetes 1.30 only SPDY can end standard input: leave KDIAG_STREAM_PROTOCOL=websocket out"
                                              : "leave KDIAG_STREAM_PROTOCOL=websocket out, so that SPDY is tried too"}};
    auto error = client.refusal_of(response, doing());
    if (auto reason = reason_not_started(error.notes.empty() ? "" : error.notes.front())) return *std::move(reason);
    if (response.status == 403 && is_api_status(response.body)) {
        explain_role(error, websocket_refusal, command.command.empty() ? "pods/attach" : "pods/exec");
    } else if (websocket_refusal) {
        error.notes.push_back("before that, over WebSocket: " + websocket_refusal->message);
    }
    return error;
}

void RemoteSession::Impl::run(std::string agreed, net::Upgraded upgraded) {
    protocol_name = std::move(agreed);
    stream = std::move(upgraded.stream);
    const RemoteProtocol::Events wires{.send = [this](std::string bytes) {
                                           if (stream) stream->write(std::move(bytes));
                                       },
                                       .on_output = [this](OutputChannel channel, std::string_view bytes) {
                                           if (events.on_output) events.on_output(channel, bytes);
                                       }};
    protocol = spdy ? remote_over_spdy(command.stdin_open, command.tty, wires) : remote_over_websocket(protocol_name == k_v5, wires);
    stream->listen({.on_bytes = [this](std::string_view bytes) { received(bytes); },
                    .on_drained = [this] { pump_input(); },
                    .on_end = [this](std::optional<Error> error) { conclude(std::move(error)); }});
    if (!paused) stream->resume();
    timer = client.loop().after(k_tick, [this] { tick(); });
    if (protocol->ready()) began();
    if (!upgraded.rest.empty()) received(upgraded.rest);
}

void RemoteSession::Impl::began() {
    open = true;
    waited = {};
    send_size();
    if (events.on_open) events.on_open(protocol_name);
    pump_input();
}

void RemoteSession::Impl::received(std::string_view bytes) {
    if (ended) return;
    if (auto status = protocol->receive(bytes); !status) {
        if (protocol->exit()) return conclude(std::nullopt);
        return fail(std::move(status).error());
    }
    if (!open && protocol->ready()) began();
    if (protocol->finished()) conclude(std::nullopt);
}

void RemoteSession::Impl::tick() {
    timer = client.loop().after(k_tick, [this] { tick(); });
    if (auto status = protocol->passed(k_tick, paused); !status) return conclude(std::move(status).error());
    pump_input();
    const bool said_all = protocol->exit().has_value();
    if ((open && !said_all) || paused) return;
    waited.milliseconds += k_tick.milliseconds;
    if (open && waited >= k_goodbye) return conclude(std::nullopt);
    if (!open && waited >= k_streams_deadline)
        fail({.kind = ErrorKind::timeout, .message = format("the server has not agreed to the streams of the command for {}", to_age(k_streams_deadline)),
              .help = {"try again; a proxy in between may not let such connections through"}});
}

void RemoteSession::Impl::conclude(std::optional<Error> cause) {
    if (ended) return;
    protocol->connection_ended();
    if (protocol->exit()) return finish(*protocol->exit());
    Error lost{.kind = ErrorKind::network,
               .message = format("the connection to container {} of pod {} was lost before the command ended", command.container, command.pod),
               .help = {"its exit code is not known, and it may still be running; `kdiag describe` of the pod says how the pod is"}};
    if (cause && cause->kind == ErrorKind::protocol) return fail(*std::move(cause));
    if (cause) lost.notes.push_back(cause->message);
    if (const auto words = protocol->last_words(); !words.empty()) lost.notes.push_back(words);
    fail(std::move(lost));
}

/// The end is told in a turn of its own, where whoever is told may destroy the session.
void RemoteSession::Impl::finish(RemoteExit exit) {
    if (std::exchange(ended, true)) return;
    client.loop().cancel(std::exchange(timer, 0));
    stream.reset();
    input.clear();
    input_sent = 0;
    end_timer = client.loop().after({}, [this, exit = std::move(exit)]() mutable {
        end_timer = 0;
        const auto on_end = std::move(events.on_end);
        if (on_end) on_end(std::move(exit));
    });
}

void RemoteSession::Impl::pump_input() {
    if (!open || ended) return;
    while (input_sent < input.size() && !stream->full()) {
        protocol->send_stdin(std::string_view(input).substr(input_sent, k_piece));
        input_sent += std::min(k_piece, input.size() - input_sent);
    }
    if (input_sent == input.size()) {
        input.clear();
        input_sent = 0;
        if (input_ends && !std::exchange(input_end_sent, true)) protocol->end_stdin();
    }
    if (!input_was_full || waiting_input() >= k_drained_input) return;
    input_was_full = false;
    if (events.on_stdin_drained) events.on_stdin_drained();
}

void RemoteSession::Impl::send_size() {
    if (!open || ended || !command.tty || !size || size == size_sent) return;
    // Another size first makes a program that was there before draw itself anew (kubectl attach does the same).
    if (!size_sent && command.command.empty()) protocol->send_size({size->columns + 1, size->rows + 1});
    protocol->send_size(*size);
    size_sent = size;
}

RemoteSession::RemoteSession(std::unique_ptr<Impl> impl) : m_impl(std::move(impl)) {}
RemoteSession::~RemoteSession() = default;

Result<std::unique_ptr<RemoteSession>> RemoteSession::open(ApiClient& client, RemoteCommand command, Events events) {
    auto impl = std::make_unique<Impl>(client, std::move(command), std::move(events));
    KD_TRY(impl->dial());
    return std::unique_ptr<RemoteSession>(new RemoteSession(std::move(impl)));
}

void RemoteSession::write_stdin(std::string_view bytes) {
    auto& impl = *m_impl;
    if (!impl.command.stdin_open || impl.input_ends || impl.ended) return;
    if (impl.input_sent > k_full_input) impl.input.erase(0, std::exchange(impl.input_sent, 0));
    impl.input.append(bytes);
    impl.pump_input();
    if (impl.waiting_input() >= k_full_input) impl.input_was_full = true;
}

bool RemoteSession::stdin_full() const {
    return m_impl->waiting_input() >= k_full_input;
}

void RemoteSession::end_stdin() {
    if (!m_impl->needs_end_of_input()) return;
    m_impl->input_ends = true;
    m_impl->pump_input();
}

void RemoteSession::resize(TerminalSize size) {
    m_impl->size = size;
    m_impl->send_size();
}

void RemoteSession::pause_output() {
    m_impl->paused = true;
    if (m_impl->stream) m_impl->stream->pause();
}

void RemoteSession::resume_output() {
    m_impl->paused = false;
    if (m_impl->stream && !m_impl->ended) m_impl->stream->resume();
}

} // namespace kdiag::client
