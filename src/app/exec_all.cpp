// SPDX-License-Identifier: Apache-2.0
#include "app/exec_all.hpp"

#include "app/line_prefixer.hpp"
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

constexpr Duration k_long = Duration::seconds(60);

int code_beside(ErrorKind kind) {
    return exit_code_beside_a_command(exit_code_of(kind));
}

/// One pod's command while it runs.
struct Run {
    Run(std::string prefix) : out(prefix), err(std::move(prefix)) {}
    LinePrefixer out, err;
    std::unique_ptr<client::RemoteSession> session;
    net::EventLoop::TimerId timer = 0;
    bool over = false;
};

class Many {
public:
    Many(client::ApiClient& client, ManyOptions options, Environment& environment)
        : m_client(client), m_loop(client.loop()), m_options(std::move(options)), m_environment(environment), m_out(m_loop, environment.descriptors.out, [this] { resume_if_room(); }),
          m_err(m_loop, environment.descriptors.err, [this] { resume_if_room(); }) {}

    Result<ManyEnd> run();

private:
    void start_next();
    void start(std::size_t index);
    void write(local::Output& output, const std::string& lines);
    void resume_if_room();
    void end(std::size_t index, client::RemoteExit exit);
    bool is_over() const;

    client::ApiClient& m_client;
    net::EventLoop& m_loop;
    ManyOptions m_options;
    Environment& m_environment;
    local::Output m_out, m_err;
    std::map<std::size_t, Run> m_runs;
    std::size_t m_next = 0;
    bool m_paused = false;
    ManyEnd m_end;
};

void Many::start_next() {
    for (;;) {
        std::erase_if(m_runs, [](const auto& entry) { return entry.second.over; });
        if (m_paused || m_runs.size() >= m_options.concurrency || m_next == m_options.commands.size()) return;
        start(m_next++);
    }
}

void Many::start(std::size_t index) {
    const auto& command = m_options.commands[index];
    m_end.outcomes[index].pod = command.pod;
    auto& run = m_runs.try_emplace(index, format("[{}] ", command.pod)).first->second;
    auto session = client::RemoteSession::open(m_client, command,
                                               {.on_output =
                                                    [this, &run](client::OutputChannel channel, std::string_view bytes) {
                                                        if (run.over) return;
                                                        const bool is_out = channel == client::OutputChannel::out;
                                                        write(is_out ? m_out : m_err, (is_out ? run.out : run.err).take(bytes));
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

void Many::write(local::Output& output, const std::string& lines) {
    output.write(lines);
    if (!output.full() || m_paused) return;
    m_paused = true;
    for (auto& [index, run] : m_runs)
        if (run.session) run.session->pause_output();
}

void Many::resume_if_room() {
    if (!m_paused || m_out.full() || m_err.full()) return;
    m_paused = false;
    for (auto& [index, run] : m_runs)
        if (run.session && !run.over) run.session->resume_output();
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
    write(m_out, run.out.finish());
    write(m_err, run.err.finish());
}

bool Many::is_over() const {
    if (m_end.signal != 0 || m_out.error() != 0 || m_err.error() != 0) return true;
    return m_next == m_options.commands.size() && m_runs.empty() && m_out.empty() && m_err.empty();
}

Result<ManyEnd> Many::run() {
    m_environment.out.flush();
    m_end.outcomes.resize(m_options.commands.size());
    KD_TRY_ASSIGN(const auto signals, local::Signals::watch(m_loop, {SIGINT, SIGTERM, SIGHUP}, [this](int number) { m_end.signal = number; }));
    if (m_environment.interrupted != nullptr && m_environment.interrupted->load()) m_end.signal = m_environment.signal != nullptr ? m_environment.signal->load() : SIGINT;
    for (start_next(); !is_over(); start_next()) m_loop.turn(k_long);
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

std::vector<std::string> summary_of(const std::vector<PodOutcome>& outcomes) {
    std::map<std::string, std::vector<std::string>> pods;
    for (const auto& outcome : outcomes)
        if (outcome.error)
            pods[outcome.error->message].push_back(outcome.pod);
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
