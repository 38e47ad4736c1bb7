// SPDX-License-Identifier: Apache-2.0
#include "app/local_session.hpp"

#include "local/input.hpp"
#include "local/output.hpp"
#include "local/raw_terminal.hpp"
#include "local/screen_modes.hpp"
#include "local/signals.hpp"
#include "util/format.hpp"

#include <cerrno>
#include <csignal>
#include <system_error>

namespace kdiag::app {

namespace {

constexpr Duration k_long = Duration::seconds(60);

class LocalSession {
public:
    LocalSession(client::ApiClient& client, SessionOptions options, Environment& environment)
        : m_client(client), m_loop(client.loop()), m_options(std::move(options)), m_environment(environment),
          m_out(m_loop, environment.descriptors.out, [this] { resume_if_room(); }), m_err(m_loop, environment.descriptors.err, [this] { resume_if_room(); }) {}

    Result<SessionEnd> run();

private:
    Status start();
    void opened();
    void take_output(client::OutputChannel channel, std::string_view bytes);
    void resume_if_room();
    void take_input(std::string_view bytes);
    void input_ended(std::optional<Error> error);
    void take_signal(int number);
    void ended(client::RemoteExit exit);
    void send_size();
    bool is_over() const;
    void leave_terminal();
    Status output_status() const;

    client::ApiClient& m_client;
    net::EventLoop& m_loop;
    SessionOptions m_options;
    Environment& m_environment;
    local::Output m_out, m_err;
    local::ScreenModes m_modes;
    std::unique_ptr<local::Signals> m_signals;
    std::unique_ptr<local::RawTerminal> m_raw;
    std::unique_ptr<client::RemoteSession> m_session;
    std::optional<local::Input> m_input;
    net::EventLoop::TimerId m_timer = 0;
    bool m_paused = false, m_ended = false;
    std::optional<Error> m_failure;
    SessionEnd m_end;
};

Status LocalSession::start() {
    m_environment.out.flush();
    std::vector<int> numbers = {SIGINT, SIGTERM, SIGHUP};
    if (m_options.command.tty) numbers.insert(numbers.end(), {SIGWINCH, SIGTSTP, SIGCONT});
    KD_TRY_ASSIGN(m_signals, local::Signals::watch(m_loop, numbers, [this](int number) { take_signal(number); }));
    if (m_environment.interrupted != nullptr && m_environment.interrupted->load()) m_end.signal = m_environment.signal != nullptr ? m_environment.signal->load() : SIGINT;
    if (m_options.timeout) m_timer = m_loop.after(*m_options.timeout, [this] { m_end.timed_out = true; });
    KD_TRY_ASSIGN(m_session, client::RemoteSession::open(m_client, m_options.command,
                                                         {.on_open = [this](std::string_view) { opened(); },
                                                          .on_output = [this](client::OutputChannel channel, std::string_view bytes) { take_output(channel, bytes); },
                                                          .on_stdin_drained = [this] { if (m_input) m_input->resume(); },
                                                          .on_end = [this](client::RemoteExit exit) { ended(std::move(exit)); }}));
    return {};
}

/// Only now are keys taken and input read: until here Ctrl-C ends kdiag, and a refused command has eaten nothing of a pipe.
void LocalSession::opened() {
    m_end.opened = true;
    if (m_options.command.tty) {
        auto raw = local::RawTerminal::enter(m_environment.descriptors.in);
        if (!raw) {
            m_failure = std::move(raw).error();
            return;
        }
        m_raw = *std::move(raw);
        send_size();
    }
    if (!m_options.first_input.empty()) m_session->write_stdin(m_options.first_input);
    if (m_options.command.stdin_open)
        m_input.emplace(m_loop, m_environment.descriptors.in,
                        local::Input::Events{.on_data = [this](std::string_view bytes) { take_input(bytes); }, .on_end = [this](std::optional<Error> error) { input_ended(std::move(error)); }});
}

void LocalSession::take_output(client::OutputChannel channel, std::string_view bytes) {
    auto& output = channel == client::OutputChannel::out ? m_out : m_err;
    if (m_raw) m_modes.watch(bytes);
    output.write(bytes);
    if (!output.full() || m_paused) return;
    m_paused = true;
    m_session->pause_output();
}

void LocalSession::resume_if_room() {
    if (!m_paused || m_out.full() || m_err.full()) return;
    m_paused = false;
    if (m_session && !m_ended) m_session->resume_output();
}

void LocalSession::take_input(std::string_view bytes) {
    const auto typed = m_raw ? m_options.detach_keys.take(bytes) : DetachKeys::Typed{.bytes = std::string(bytes)};
    m_session->write_stdin(typed.bytes);
    m_end.detached = m_end.detached || typed.detached;
    if (m_session->stdin_full()) m_input->pause();
}

void LocalSession::input_ended(std::optional<Error> error) {
    if (error)
        m_failure = std::move(error);
    else if (m_raw)
        m_end.signal = SIGHUP; // a raw terminal has no other end than going away
    else
        m_session->end_stdin();
}

void LocalSession::take_signal(int number) {
    switch (number) {
    case SIGWINCH: send_size(); break;
    case SIGTSTP:
        if (m_raw) m_raw->suspend();
        local::stop_process();
        break;
    case SIGCONT:
        if (m_raw) m_raw->resume();
        send_size();
        break;
    default: m_end.signal = number;
    }
}

/// What it has written may still have to go out.
void LocalSession::ended(client::RemoteExit exit) {
    m_ended = true;
    m_end.exit = std::move(exit);
    m_loop.cancel(m_timer);
}

void LocalSession::send_size() {
    auto size = local::window_size(m_environment.descriptors.in);
    if (!size) size = local::window_size(m_environment.descriptors.out);
    if (size && m_session && !m_ended) m_session->resize({.columns = size->columns, .rows = size->rows});
}

bool LocalSession::is_over() const {
    if (m_end.signal != 0 || m_end.timed_out || m_end.detached || m_failure || m_out.error() != 0 || m_err.error() != 0) return true;
    return m_ended && m_out.empty() && m_err.empty();
}

/// Undoes what a program that was cut off has left on the screen, and the raw modes.
void LocalSession::leave_terminal() {
    const bool cut_off = !m_ended || m_end.exit.error || m_end.exit.code > 128;
    if (m_raw && cut_off && m_out.error() == 0 && m_environment.stdout_is_terminal) {
        m_out.write(m_modes.undo());
        m_out.write("\x1b[m\r\n");
        m_loop.turn(Duration{0});
    }
    m_raw.reset();
}

Status LocalSession::output_status() const {
    for (const auto& [output, name] : {std::pair{&m_out, "standard output"}, {&m_err, "standard error"}})
        if (output->error() != 0 && output->error() != EPIPE)
            return Error{.kind = ErrorKind::io, .message = format("cannot write {}: {}", name, std::generic_category().message(output->error())),
                         .notes = {"the command in the container was left when its output had no place to go"}};
    return {};
}

Result<SessionEnd> LocalSession::run() {
    auto started = start();
    while (started && !is_over()) m_loop.turn(k_long);
    m_loop.cancel(m_timer);
    m_input.reset();
    m_session.reset();
    leave_terminal();
    m_signals.reset();
    if (!started) return std::move(started).error();
    if (m_failure) return *std::move(m_failure);
    KD_TRY(output_status());
    m_end.reader_gone = m_out.error() == EPIPE || m_err.error() == EPIPE;
    return std::move(m_end);
}

} // namespace

Result<SessionEnd> run_session(client::ApiClient& client, SessionOptions options, Environment& environment) {
    return LocalSession(client, std::move(options), environment).run();
}

std::optional<client::RemoteExit> run_silently(client::ApiClient& client, client::RemoteCommand command, Duration timeout, const Environment& environment) {
    std::optional<client::RemoteExit> exit;
    bool late = false;
    const auto timer = client.loop().after(timeout, [&] { late = true; });
    auto session = client::RemoteSession::open(client, std::move(command), {.on_end = [&](client::RemoteExit end) { exit = std::move(end); }});
    while (session && !exit && !late && !(environment.interrupted != nullptr && environment.interrupted->load())) client.loop().turn(k_long);
    client.loop().cancel(timer);
    return exit;
}

} // namespace kdiag::app
