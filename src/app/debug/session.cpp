// SPDX-License-Identifier: Apache-2.0
#include "app/debug/session.hpp"

#include "app/debug/start.hpp"
#include "app/local_session.hpp"
#include "app/start_failure.hpp"
#include "local/output.hpp"
#include "local/signals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

namespace kdiag::app::debug {

namespace {

using data::Value;
using Phase = ContainerNow::Phase;

constexpr Duration k_between_looks{250};
constexpr Duration k_silent = Duration::seconds(2); ///< a wait that is shorter is not worth a word
constexpr Duration k_for_exit_code = Duration::seconds(10);
constexpr Duration k_long = Duration::seconds(60);

Error interrupted() {
    return {.kind = ErrorKind::interrupted, .message = "interrupted while the debug container was starting"};
}

/// One more look after a while; signals end the wait.
class Looks {
public:
    Looks(client::ApiClient& client, Duration longest) : m_client(client), m_end(now_utc() + longest) {}
    Status begin() {
        KD_TRY_ASSIGN(m_signals, local::Signals::watch(m_client.loop(), {SIGINT, SIGTERM, SIGHUP}, [this](int number) { m_signal = number; }));
        return {};
    }
    /// False: the time is up.
    bool again() {
        bool rested = false;
        const auto timer = m_client.loop().after(k_between_looks, [&] { rested = true; });
        while (!rested && m_signal == 0) m_client.loop().turn(k_between_looks);
        m_client.loop().cancel(timer);
        return now_utc() < m_end;
    }
    int signal() const { return m_signal; }

private:
    client::ApiClient& m_client;
    Timestamp m_end;
    std::unique_ptr<local::Signals> m_signals;
    int m_signal = 0;
};

/// What the container's program exited with; nullopt: it goes on running, or is not to be seen any more.
std::optional<int> exit_code_of(client::ApiClient& client, const Place& place, const std::string& run) {
    Looks looks(client, k_for_exit_code);
    if (!looks.begin()) return std::nullopt;
    do {
        const auto pod = read_pod(client, place.namespace_name, place.pod);
        if (!pod) return std::nullopt;
        if (const auto code = exit_code_of_run(*pod, place.container, run)) return code;
    } while (looks.again() && looks.signal() == 0);
    return std::nullopt;
}

/// There is no exit code: an error unless the container is seen to run.
Status check_goes_on(client::ApiClient& client, const Place& place) {
    const auto pod = read_pod(client, place.namespace_name, place.pod);
    if (pod && container_now(*pod, place.container).phase == Phase::running) return {};
    Error error{.kind = ErrorKind::network, .message = format("the end of container {} was not seen", place.container), .notes = {"its exit code is not known"}};
    if (pod) {
        error.help.push_back(format("how it is: kdiag describe pod {}", place.reference()));
    } else if (pod.error().kind == ErrorKind::not_found) {
        error.message = format("pod {} was deleted before the end of container {} was seen", place.pod, place.container);
    } else {
        error.notes.push_back(pod.error().message);
    }
    return error;
}

/// Shows the log from its beginning until the container ends.
Result<std::optional<int>> show_log(client::ApiClient& client, const Place& place, Environment& environment) {
    auto& loop = client.loop();
    environment.out.flush();
    std::unique_ptr<client::OpenRequest> request;
    std::optional<client::ApiAnswer> answer;
    bool paused = false;
    local::Output out(loop, environment.descriptors.out, [&] {
        if (std::exchange(paused, false) && request) request->resume();
    });
    int signal = 0;
    KD_TRY_ASSIGN(const auto signals, local::Signals::watch(loop, {SIGINT, SIGTERM, SIGHUP}, [&](int number) { signal = number; }));
    client::ApiRequest log{.path = format("/api/v1/namespaces/{}/pods/{}/log?container={}&follow=true", client::escape(place.namespace_name), client::escape(place.pod),
                                          client::escape(place.container)),
                           .doing = format("read the log of container {}", place.container)};
    log.on_data = [&](std::string_view bytes) -> Result<net::Flow> {
        out.write(bytes);
        paused = out.full();
        return paused ? net::Flow::pause : net::Flow::go_on;
    };
    KD_TRY_ASSIGN(request, client.open(std::move(log), [&](client::ApiAnswer end) { answer = std::move(end); }));
    while (signal == 0 && out.error() == 0 && (!answer || !out.empty())) loop.turn(k_long);
    if (signal != 0) return std::optional(128 + signal);
    if (out.error() == EPIPE) return std::optional(128 + SIGPIPE);
    if (out.error() != 0) return Error{.kind = ErrorKind::io, .message = format("cannot write standard output: {}", std::generic_category().message(out.error()))};
    if (answer->error) return *std::move(answer->error);
    return std::optional<int>();
}

Result<ExitCode> log_and_exit_code(client::ApiClient& client, const Place& place, const std::string& run, Environment& environment) {
    KD_TRY_ASSIGN(const auto cut_short, show_log(client, place, environment));
    if (cut_short) return static_cast<ExitCode>(*cut_short);
    if (const auto code = exit_code_of(client, place, run)) return exit_code_of_command(*code);
    KD_TRY(check_goes_on(client, place));
    return Error{.kind = ErrorKind::network, .message = format("the log of container {} broke off, and the container goes on running", place.container), .notes = {"its exit code is not known yet"},
                 .help = {format("its whole log, and what comes: kdiag logs {} -c {} -f", place.reference(), place.container)}};
}

} // namespace

std::string Place::reference() const {
    return format("{} -n {}", shell_quote(pod), shell_quote(namespace_name));
}

Result<Value> read_pod(client::ApiClient& client, const std::string& namespace_name, const std::string& pod) {
    return client.get_json({.path = format("/api/v1/namespaces/{}/pods/{}", client::escape(namespace_name), client::escape(pod)),
                            .doing = format("get pod {} in namespace {}", pod, namespace_name)});
}

Result<Started> wait_for_start(client::ApiClient& client, const Place& place, Duration timeout, const Tell& tell, Environment& environment) {
    const Timestamp began = environment.clock();
    Looks looks(client, timeout);
    KD_TRY(looks.begin());
    std::string told;
    for (;;) {
        KD_TRY_ASSIGN(auto pod, read_pod(client, place.namespace_name, place.pod));
        const auto now = container_now(pod, place.container);
        if (auto words = failed_program(pod, place.container); !words.empty()) return Started{.pod = std::move(pod), .not_started = std::move(words)};
        if (auto never = why_never(pod, place.container, place.image, place.reference())) return *std::move(never);
        if (now.phase == Phase::running || now.phase == Phase::ended) return Started{.pod = std::move(pod)};
        const auto line = waiting_line(pod, place.container);
        if (environment.clock() - began > k_silent && line != told) tell(told = line);
        const bool more = looks.again();
        if (looks.signal() != 0) return interrupted();
        if (!more)
            return Error{.kind = ErrorKind::timeout, .message = format("the debug container has not started within {}", to_age(timeout)), .notes = {line},
                         .help = {format("what the node says: kdiag describe pod {}", place.reference())}};
    }
}

Result<ExitCode> join(client::ApiClient& client, const Place& place, const Value& pod, const DetachKeys& detach_keys, const Tell& tell, Environment& environment) {
    const auto now = container_now(pod, place.container);
    const bool ended = now.phase == Phase::ended;
    const std::string& run = now.id;
    if (ended || (!place.stdin_open && !place.tty)) return log_and_exit_code(client, place, run, environment);
    SessionOptions options{.command = {.namespace_name = place.namespace_name, .pod = place.pod, .container = place.container, .stdin_open = place.stdin_open, .tty = place.tty}};
    if (place.tty && place.is_new && place.is_shell) options.first_input = "\r"; // its first prompt was written before anybody listened
    options.detach_keys = detach_keys;
    KD_TRY_ASSIGN(auto end, run_session(client, std::move(options), environment));
    if (end.signal != 0) return static_cast<ExitCode>(128 + end.signal);
    if (end.reader_gone) return static_cast<ExitCode>(128 + SIGPIPE);
    if (end.detached) {
        tell(format("left container {}, which goes on running", place.container));
        return ExitCode::ok;
    }
    const bool refused = !end.opened || !end.exit.message.empty();
    if (refused) { // it may have ended between being seen and being joined
        KD_TRY_ASSIGN(const auto later, read_pod(client, place.namespace_name, place.pod));
        if (container_now(later, place.container).phase == Phase::ended) return log_and_exit_code(client, place, run, environment);
    }
    if (end.exit.error) return *std::move(end.exit.error);
    if (!end.exit.message.empty()) return Error{.kind = ErrorKind::server, .message = format("cannot attach to container {}: {}", place.container, core_of(end.exit.message))};
    if (const auto code = exit_code_of(client, place, run)) return exit_code_of_command(*code);
    KD_TRY(check_goes_on(client, place));
    tell(format("container {} goes on running", place.container));
    return ExitCode::ok;
}

} // namespace kdiag::app::debug
