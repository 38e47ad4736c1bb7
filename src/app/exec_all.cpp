// SPDX-License-Identifier: Apache-2.0
#include "app/exec_all.hpp"

#include "app/line_merger.hpp"
#include "app/start_failure.hpp"
#include "local/output.hpp"
#include "local/signals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <map>
#include <system_error>

namespace kdiag::app {

namespace {

constexpr Duration k_long = Duration::seconds(60), k_tick = Duration::seconds(1);

int code_beside(ErrorKind kind) {
    return exit_code_beside_a_command(exit_code_of(kind));
}

/// One pod's command while it runs.
struct Run {
    LineMerger::Stream out = 0, err = 0;
    std::unique_ptr<client::RemoteSession> session;
    net::EventLoop::TimerId timer = 0;
    bool over = false, paused = false;
};

class Many {
public:
    Many(client::ApiClient& client, ManyOptions options, Environment& environment)
        : m_client(client), m_loop(client.loop()), m_options(std::move(options)), m_environment(environment), m_out(m_loop, environment.descriptors.out, [this] { resume_if_room(); }),
          m_err(m_loop, environment.descriptors.err, [this] { resume_if_room(); }) {
        tick();
    }
    ~Many() { m_loop.cancel(m_timer); }
    Many(const Many&) = delete;
    Many& operator=(const Many&) = delete;

    Result<ManyEnd> run();

private:
    void start_next();
    void start(std::size_t index);
    void took(Run& run);
    void resume_if_room();
    void tick();
    void end(std::size_t index, client::RemoteExit exit);
    bool is_over() const;

    client::ApiClient& m_client;
    net::EventLoop& m_loop;
    ManyOptions m_options;
    Environment& m_environment;
    local::Output m_out, m_err;
    LineMerger m_out_lines{[this](std::string_view lines) { m_out.write(lines); }}, m_err_lines{[this](std::string_view lines) { m_err.write(lines); }};
    net::EventLoop::TimerId m_timer = 0;
    std::map<std::size_t, Run> m_runs;
    std::size_t m_next = 0;
    bool m_paused = false;
    ManyEnd m_end;
};

void Many::start_next() {
    for (;;) {
        std::erase_if(m_runs, [](const auto& entry) { return entry.second.over; });
        const bool waits = m_paused || m_out_lines.holds_ended() || m_err_lines.holds_ended(); // what is kept of output is bounded by the number that run
        if (waits || m_runs.size() >= m_options.concurrency || m_next == m_options.commands.size()) return;
        start(m_next++);
    }
}

void Many::start(std::size_t index) {
    const auto& command = m_options.commands[index];
    m_end.outcomes[index].pod = command.pod;
    auto& run = m_runs[index];
    run.out = m_out_lines.add(format("[{}] ", command.pod));
    run.err = m_err_lines.add(format("[{}] ", command.pod));
    auto session = client::RemoteSession::open(m_client, command,
                                               {.on_output =
                                                    [this, &run](client::OutputChannel channel, std::string_view bytes) {
                                                        if (run.over) return;
                                                        channel == client::OutputChannel::out ? m_out_lines.take(run.out, bytes) : m_err_lines.take(run.err, bytes);
                                                        took(run);
                                                    },
                                                .on_end = [this, index](client::RemoteExit exit) { end(index, std::move(exit)); }});
    if (!session) {
        end(index, {.error = std::move(session).error()});
        return;
    }
    run.session = *std::move(session);
    if (m_options.timeout)
        run.timer = m_loop.after(*m_options.timeout, [this, index] {
            end(index, {.error = Error{.kind = ErrorKind::timeout, .message = format("did not end within {}", to_age(*m_options.timeout))}});
        });
}

/// The sources wait while an output is full; a single one while its lines wait for a long line of another.
void Many::took(Run& run) {
    if (!m_paused && (m_out.full() || m_err.full())) {
        m_paused = true;
        for (auto& [index, other] : m_runs)
            if (other.session) other.session->pause_output();
    }
    const bool kept = m_out_lines.full(run.out) || m_err_lines.full(run.err);
    if (!kept || run.over || std::exchange(run.paused, true) || !run.session) return;
    run.session->pause_output();
}

void Many::resume_if_room() {
    if (m_out.full() || m_err.full()) return;
    const bool all = std::exchange(m_paused, false);
    for (auto& [index, run] : m_runs) {
        if (!run.session || run.over || m_out_lines.full(run.out) || m_err_lines.full(run.err)) continue;
        if (std::exchange(run.paused, false) || all) run.session->resume_output();
    }
}

void Many::tick() {
    m_timer = m_loop.after(k_tick, [this] { tick(); });
    m_out_lines.passed(k_tick);
    m_err_lines.passed(k_tick);
}

void Many::end(std::size_t index, client::RemoteExit exit) {
    auto& run = m_runs.at(index);
    if (run.over) return; // its time was up in this very turn
    m_loop.cancel(run.timer);
    run.over = true;
    auto& outcome = m_end.outcomes[index];
    const auto shell_code = exit.message.empty() ? std::nullopt : shell_code_of(start_failure_of(exit.message));
    if (!exit.error && !exit.message.empty() && !shell_code) exit.error = Error{.kind = ErrorKind::server, .message = std::string(core_of(exit.message))};
    outcome.code = exit.error ? code_beside(exit.error->kind) : shell_code ? *shell_code : static_cast<int>(exit_code_of_command(exit.code));
    outcome.error = std::move(exit.error);
    if (shell_code) outcome.error = Error{.kind = ErrorKind::server, .message = std::string(core_of(exit.message))};
    m_out_lines.end(run.out);
    m_err_lines.end(run.err);
    took(run);
}

bool Many::is_over() const {
    if (m_end.signal != 0 || m_out.error() != 0 || m_err.error() != 0) return true;
    return m_next == m_options.commands.size() && m_runs.empty() && !m_out_lines.holds_ended() && !m_err_lines.holds_ended() && m_out.empty() && m_err.empty();
}

Result<ManyEnd> Many::run() {
    m_environment.out.flush();
    m_end.outcomes.resize(m_options.commands.size());
    KD_TRY_ASSIGN(const auto signals, local::Signals::watch(m_loop, {SIGINT, SIGTERM, SIGHUP}, [this](int number) { m_end.signal = number; }));
    if (m_environment.interrupted != nullptr && m_environment.interrupted->load()) m_end.signal = m_environment.signal != nullptr ? m_environment.signal->load() : SIGINT;
    for (start_next(); !is_over(); start_next()) {
        m_loop.turn(k_long);
        if (!m_paused) resume_if_room(); // a long line may have ended
    }
    for (const auto& [index, run] : m_runs) m_loop.cancel(run.timer);
    m_runs.clear();
    for (const auto* output : {&m_out, &m_err})
        if (output->error() != 0 && output->error() != EPIPE)
            return Error{.kind = ErrorKind::io, .message = format("cannot write the output: {}", std::generic_category().message(output->error())),
                         .notes = {"commands that ran then may go on"}};
    m_end.reader_gone = m_out.error() == EPIPE || m_err.error() == EPIPE;
    return std::move(m_end);
}

} // namespace

Result<ManyEnd> run_many(client::ApiClient& client, ManyOptions options, Environment& environment) {
    return Many(client, std::move(options), environment).run();
}

namespace {

/// Its error in words that are the same for all pods that share it.
std::string without_pod(const PodOutcome& outcome) {
    const std::string& message = outcome.error->message;
    const auto subject = format("pod `{}` ", outcome.pod);
    return message.starts_with(subject) ? message.substr(subject.size()) : message;
}

} // namespace

std::vector<std::string> summary_of(const std::vector<PodOutcome>& outcomes) {
    std::map<std::string, std::vector<std::string>> pods;
    for (const auto& outcome : outcomes)
        if (outcome.error)
            pods[without_pod(outcome)].push_back(outcome.pod);
        else if (outcome.code != 0)
            pods[format("exit code {}", outcome.code)].push_back(outcome.pod);
    std::vector<std::string> lines;
    for (const auto& [what, names] : pods) lines.push_back(format("{} of {}: {}: {}", names.size(), counted(outcomes.size(), "pod"), what, list_some(names, 5)));
    return lines;
}

int worst_code(const std::vector<PodOutcome>& outcomes) {
    int worst = 0;
    for (const auto& outcome : outcomes) worst = std::max(worst, outcome.code);
    return worst;
}

} // namespace kdiag::app
