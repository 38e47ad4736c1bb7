// SPDX-License-Identifier: Apache-2.0
#include "app/forward_way.hpp"

#include "app/pod_command.hpp"
#include "client/port_forward.hpp"
#include "net/local_passage.hpp"
#include "net/socket_stream.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <optional>

namespace kdiag::app {

namespace {

constexpr Duration k_start_limit = Duration::seconds(15);
/// How long a refusal of the program in the pod may take to get here once the kubelet has agreed.
constexpr Duration k_refusal = Duration{500};

/// In the words of a client that connects by itself.
std::string words_of(const Error& error) {
    if (error.message.starts_with("nothing listens on port")) return "connection refused";
    for (const auto* words : {"connection refused", "connection reset", "no route to host"}) {
        if (contains(error.message, words)) return words;
        for (const auto& note : error.notes)
            if (contains(note, words)) return words;
    }
    return error.message;
}

/// One connection through a port-forward, and the passage by which libcurl reaches it.
class Forwarded {
public:
    Forwarded(net::EventLoop& loop, client::PortForward& forward, std::uint16_t port, const std::atomic<bool>* interrupted) : m_loop(loop), m_interrupted(interrupted) {
        m_connection = forward.connect(port, {.on_open = [this] { m_open = true; },
                                              .on_bytes = [this](std::string_view bytes) { on_bytes(bytes); },
                                              .on_drained = [this] {
                                                  if (m_stream) m_stream->resume();
                                              },
                                              .on_end_of_bytes = [this] { end_stream(); },
                                              .on_end = [this](std::optional<Error> error) {
                                                  m_ended = true;
                                                  m_error = std::move(error);
                                                  end_stream();
                                              }});
    }
    Forwarded(const Forwarded&) = delete;
    Forwarded& operator=(const Forwarded&) = delete;

    /// Turns the loop until the kubelet has agreed, or it is over.
    Status wait_until_open() {
        turn_until([this] { return m_open || m_ended; }, k_start_limit);
        if (m_interrupted != nullptr && m_interrupted->load()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
        if (m_open || m_ended) return {};
        return Error{.kind = ErrorKind::timeout, .message = format("a port-forward was not set up within {}", to_age(k_start_limit)), .help = {"is the node well? kdiag diagnose nodes"}};
    }
    /// What the kubelet says of a program in the pod that refused, after a moment for it to say so; empty: it did not. An Error: the way to
    /// the pod broke, which says nothing about the program.
    Result<std::string> refusal() {
        turn_until([this] { return m_ended; }, k_refusal);
        if (m_error && !m_connection->was_refused()) return *m_error;
        return m_error ? words_of(*m_error) : std::string();
    }
    Result<std::string> open_passage() {
        KD_TRY_ASSIGN(m_passage, net::LocalPassage::open(m_loop, [this](int descriptor) { on_connected(descriptor); }));
        return m_passage->name();
    }

private:
    template <class Test> void turn_until(Test test, Duration limit) {
        bool late = false;
        const auto timer = m_loop.after(limit, [&] { late = true; });
        while (!test() && !late && (m_interrupted == nullptr || !m_interrupted->load())) m_loop.turn(limit);
        m_loop.cancel(timer);
    }
    void on_connected(int descriptor) {
        net::SocketStream::Events events;
        events.on_bytes = [this](std::string_view bytes) {
            if (m_ended) return;
            m_connection->write(bytes);
            if (m_connection->full()) m_stream->pause();
        };
        events.on_drained = [this] {
            if (!m_ended) m_connection->resume();
        };
        // Not end_writing(): runtimes would cut the answer short, and libcurl only closes when it has it.
        m_stream = std::make_unique<net::SocketStream>(m_loop, descriptor, std::move(events));
        m_stream->resume();
        m_stream->write(m_early);
        m_early.clear();
        if (m_finished) m_stream->end_writing();
    }
    void on_bytes(std::string_view bytes) {
        if (!m_stream) {
            m_early += bytes;
            return;
        }
        m_stream->write(bytes);
        if (m_stream->full()) m_connection->pause();
    }
    void end_stream() {
        if (m_stream && !m_finished) m_stream->end_writing();
        m_finished = true;
    }

    net::EventLoop& m_loop;
    const std::atomic<bool>* m_interrupted;
    std::unique_ptr<client::PodConnection> m_connection;
    std::unique_ptr<net::LocalPassage> m_passage;
    std::unique_ptr<net::SocketStream> m_stream;
    std::string m_early; ///< came before libcurl was there: a greeting of the server
    bool m_open = false, m_ended = false, m_finished = false;
    std::optional<Error> m_error;
};

class ForwardWay final : public Way {
public:
    ForwardWay(client::ApiClient& client, const kube::Pod& pod, std::string why, const std::atomic<bool>* interrupted)
        : m_client(client), m_forward(client, std::string(pod.meta.namespace_name), std::string(pod.meta.name)), m_address(pod.status.pod_ip), m_why(std::move(why)), m_interrupted(interrupted) {}

    std::string text() const override { return "port-forward"; }
    std::string caveat() const override {
        return format("a port-forward asks 127.0.0.1 in the pod, and the kubelet the pod's address: what listens on 127.0.0.1 only answers here and not there ({})", m_why);
    }

    Result<Names> look_up(const std::string&, Duration) override {
        return Names{.addresses = {}, .problem = "names cannot be looked up through a port-forward", .server = {}, .took = {}};
    }

    Result<Opened> open(const std::vector<std::string>& addresses, int port, Duration) override {
        Opened opened{.address = addresses.empty() ? std::string() : addresses.front()};
        if (opened.address != m_address) {
            opened.problem = "a port-forward leads to the pod itself only";
            return opened;
        }
        const auto started = steady_now();
        Forwarded connection(m_client.loop(), m_forward, static_cast<std::uint16_t>(port), m_interrupted);
        KD_TRY(connection.wait_until_open());
        opened.took = {steady_now().count - started.count};
        KD_TRY_ASSIGN(opened.problem, connection.refusal());
        return opened;
    }

    Result<net::Exchange> ask(const Question& question) override {
        net::Exchange exchange;
        if (question.http.host != m_address && question.address != m_address) {
            exchange.problem = "a port-forward leads to the pod itself only";
            return exchange;
        }
        Forwarded connection(m_client.loop(), m_forward, static_cast<std::uint16_t>(question.port), m_interrupted);
        KD_TRY(connection.wait_until_open());
        auto request = exchange_request(question);
        KD_TRY_ASSIGN(request.passage, connection.open_passage());
        KD_TRY_ASSIGN(exchange, net::run_exchange(m_client.loop(), std::move(request), m_interrupted));
        if (exchange.status != 0 || exchange.problem.empty() || exchange.secured || exchange.timed_out) return exchange;
        KD_TRY_ASSIGN(auto refusal, connection.refusal());
        if (refusal.empty()) return exchange;
        exchange.connected = false;
        exchange.failed_at = net::ExchangePart::connection;
        exchange.problem = std::move(refusal);
        return exchange;
    }

private:
    client::ApiClient& m_client;
    client::PortForward m_forward;
    std::string m_address, m_why;
    const std::atomic<bool>* m_interrupted;
};

} // namespace

std::unique_ptr<Way> way_by_port_forward(client::ApiClient& client, const kube::Pod& pod, std::string why, const std::atomic<bool>* interrupted) {
    return std::make_unique<ForwardWay>(client, pod, std::move(why), interrupted);
}

} // namespace kdiag::app
