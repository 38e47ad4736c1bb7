// SPDX-License-Identifier: Apache-2.0
#include "app/exec.hpp"

#include "app/exec_all.hpp"
#include "app/local_session.hpp"
#include "app/pod_choice.hpp"
#include "app/pod_target.hpp"
#include "app/start_failure.hpp"
#include "kube/selector.hpp"
#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <csignal>
#include <utility>

namespace kdiag::app {

namespace {

constexpr Duration k_patience_for_sh = Duration::seconds(5);
constexpr Duration k_first_pause{500}, k_longest_pause = Duration::seconds(5);
constexpr int k_killed = 128 + SIGKILL, k_terminated = 128 + SIGTERM;

Error usage(std::string message, std::string help) {
    return {.kind = ErrorKind::usage, .message = std::move(message), .help = {std::move(help)}};
}

Status check(const ExecOptions& options) {
    if (options.target.empty() && options.selector.empty()) return usage("no pod is named", "name a pod, TYPE/NAME or -l SELECTOR: kdiag exec deploy/web -- date");
    if (!options.target.empty() && !options.selector.empty())
        return usage(format("`{}` and -l exclude each other", options.target.front()), "leave one of them out");
    if (options.command.empty()) {
        const auto where = options.target.empty() ? "-l " + options.selector : std::string(format("{}", join(options.target, " ")));
        return usage("no command is given", format("it stands after `--`: kdiag exec {} -it -- sh", where));
    }
    if (options.all && (options.stdin_open || options.tty))
        return usage("--all takes no -i or -t: there is one standard input and there may be many pods", "leave --all out to use the pod that serves best");
    if (options.all && options.retry_connect.milliseconds > 0) return usage("--retry-connect goes with one pod", "leave out --all or --retry-connect");
    if (!options.connect.from.empty()) return usage("a recording has no containers to run a command in", "leave --from out");
    return {};
}

/// What may be otherwise in a moment: an API server or a kubelet that is not to be reached.
bool may_pass(ErrorKind kind) {
    return kind == ErrorKind::network || kind == ErrorKind::timeout || kind == ErrorKind::server;
}

/// What the user named, as words to paste.
std::string where_of(const ExecOptions& options) {
    std::string where = options.target.empty() ? "-l " + shell_quote(options.selector) : format("{}", join(options.target, " "));
    if (!options.connect.namespace_name.empty()) where += " -n " + shell_quote(options.connect.namespace_name);
    return where;
}

class Exec {
public:
    Exec(const ExecOptions& options, client::ApiClient& client, Environment& environment)
        : m_options(options), m_client(client), m_environment(environment), m_finder(client, options.connect.namespace_name, environment.interrupted) {}

    Result<ExitCode> run();

private:
    Result<ExitCode> run_once();
    Status rest(Duration pause);
    Result<TargetPods> find_pods();
    Status check_entry(const kube::Pod& pod) const;
    Result<ExitCode> run_in_one(const kube::Pod& pod);
    Result<ExitCode> run_in_all(const std::vector<kube::Pod>& pods);
    Result<ExitCode> conclude(const kube::Pod& pod, client::RemoteCommand command, SessionEnd end);
    ExitCode report_failed_start(const client::RemoteCommand& command, const std::string& message);
    std::optional<Error> why_container_does_not_run(const client::RemoteCommand& command);
    std::optional<std::string> fate_of(const std::string& pod);
    client::RemoteCommand command_in(const kube::Pod& pod, std::string container) const;
    void tell(const std::string& line);

    const ExecOptions& m_options;
    client::ApiClient& m_client;
    Environment& m_environment;
    PodFinder m_finder;
    bool m_told_choice = false;
    bool m_nothing_ran = false; ///< when it failed: trying again runs nothing twice
};

void Exec::tell(const std::string& line) {
    if (!m_options.output.quiet) m_environment.err << sanitize_line(line) << std::endl;
}

Status Exec::check_entry(const kube::Pod& pod) const {
    KD_TRY(check_not_completed(pod));
    return can_be_entered(pod, m_options.container) ? Status() : check_running(pod);
}

Result<TargetPods> Exec::find_pods() {
    if (!m_options.selector.empty()) {
        const auto doing = format("list pods with {} in namespace {}", m_options.selector, m_finder.namespace_name());
        auto request = pod_list_request(m_finder.namespace_name(), m_options.selector);
        request.doing = doing;
        KD_TRY_ASSIGN(const auto answers, m_client.get_all({std::move(request)}, {.interrupted = m_environment.interrupted}));
        if (answers[0].error) return *answers[0].error;
        KD_TRY_ASSIGN(auto list, read_objects<kube::Pod>(answers[0].body, doing));
        if (list.objects.empty())
            return Error{.kind = ErrorKind::not_found, .message = format("no pod in namespace {} has labels that meet {}", m_finder.namespace_name(), m_options.selector),
                         .help = {"look at the labels: kdiag describe pods"}};
        rank_pods(list.objects);
        KD_TRY(check_entry(list.objects.front()));
        return TargetPods{.list = std::move(list), .slices = {}};
    }
    KD_TRY_ASSIGN(const auto name, parse_target_name(m_options.target));
    KD_TRY_ASSIGN(const auto target, m_finder.find(name));
    return m_finder.wait_for_pods(target, [this](const kube::Pod& pod) { return static_cast<bool>(check_entry(pod)); }, m_options.pod_running_timeout, [this](const std::string& why) { tell(why + "; waiting"); });
}

Result<ExitCode> Exec::run() {
    const auto give_up = now_utc() + m_options.retry_connect;
    for (Duration pause = k_first_pause;; pause = std::min(Duration{pause.milliseconds * 2}, k_longest_pause)) {
        auto result = run_once();
        if (result || !m_nothing_ran || !may_pass(result.error().kind) || now_utc() + pause > give_up) return result;
        tell(format("{}; trying again", result.error().message));
        KD_TRY(rest(pause));
    }
}

Status Exec::rest(Duration pause) {
    const auto end = now_utc() + pause;
    while (now_utc() < end) {
        if (m_environment.interrupted != nullptr && m_environment.interrupted->load()) return Error{.kind = ErrorKind::interrupted, .message = "interrupted"};
        m_client.loop().turn(std::min(end - now_utc(), Duration{200}));
    }
    return {};
}

Result<ExitCode> Exec::run_once() {
    m_nothing_ran = true;
    KD_TRY_ASSIGN(const auto found, find_pods());
    m_nothing_ran = false;
    return m_options.all ? run_in_all(found.pods()) : run_in_one(found.pods().front());
}

client::RemoteCommand Exec::command_in(const kube::Pod& pod, std::string container) const {
    return {.namespace_name = std::string(pod.meta.namespace_name), .pod = std::string(pod.meta.name), .container = std::move(container), .command = m_options.command};
}

Result<ExitCode> Exec::run_in_one(const kube::Pod& pod) {
    KD_TRY(check_entry(pod));
    KD_TRY_ASSIGN(auto choice, choose_container(pod, m_options.container));
    if (!choice.notice.empty() && !std::exchange(m_told_choice, true)) tell(choice.notice);
    auto command = command_in(pod, std::move(choice.name));
    command.stdin_open = m_options.stdin_open;
    command.tty = m_options.tty && m_options.stdin_open && m_environment.stdin_is_terminal;
    if (m_options.tty && !command.tty)
        tell(m_options.stdin_open ? "Unable to use a TTY - input is not a terminal or the right kind of file" : "Unable to use a TTY - it needs standard input, which is passed with -i");
    KD_TRY_ASSIGN(auto end, run_session(m_client, {.command = command, .timeout = m_options.timeout, .detach_keys = m_options.detach_keys}, m_environment));
    return conclude(pod, std::move(command), std::move(end));
}

Result<ExitCode> Exec::conclude(const kube::Pod& pod, client::RemoteCommand command, SessionEnd end) {
    if (end.signal != 0) return static_cast<ExitCode>(128 + end.signal);
    if (end.reader_gone) return static_cast<ExitCode>(128 + SIGPIPE); // as a command here would end
    if (end.timed_out)
        return Error{.kind = ErrorKind::timeout, .message = format("the command did not end within {}", to_age(*m_options.timeout)), .notes = {"it may still be running in the container"}};
    if (end.detached) {
        tell("left the command, which goes on unless it minds that nobody listens");
        return ExitCode::ok;
    }
    auto& exit = end.exit;
    m_nothing_ran = exit.not_started && !(end.opened && command.stdin_open); // input that was read would be missing
    const std::string& words = exit.error ? exit.error->message : exit.message;
    if (!words.empty() && start_failure_of(words) == StartFailure::no_container)
        if (auto why = why_container_does_not_run(command)) return *std::move(why);
    if (exit.error) {
        if (end.opened)
            if (const auto fate = fate_of(command.pod)) exit.error->notes.push_back(*fate);
        return *std::move(exit.error);
    }
    if (!exit.message.empty()) return report_failed_start(command, exit.message);
    if (exit.code == k_killed || exit.code == k_terminated)
        if (const auto fate = fate_of(std::string(pod.meta.name))) tell(format("note: {}", *fate));
    return exit_code_of_command(exit.code);
}

/// Printed here: its exit code is a shell's and not that of an error of kdiag.
ExitCode Exec::report_failed_start(const client::RemoteCommand& command, const std::string& message) {
    const auto failure = start_failure_of(message);
    FailedStart failed{.where = where_of(m_options), .container = command.container, .command = command.command, .message = message};
    const bool other_shell = failure == StartFailure::not_found && !command.command.empty() && is_shell(command.command.front());
    if (other_shell) {
        auto question = command;
        question.command = {"sh", "-c", "exit 0"};
        question.stdin_open = question.tty = false;
        if (const auto exit = run_silently(m_client, std::move(question), k_patience_for_sh, m_environment); exit && !exit->error) failed.has_sh = exit->message.empty();
    }
    const auto error = explain(failed);
    const auto code = shell_code_of(failure).value_or(exit_code_beside_a_command(exit_code_of(error.kind)));
    print_error(error, m_options.output, m_environment, code);
    return static_cast<ExitCode>(code);
}

/// The container as the kubelet sees it now.
std::optional<Error> Exec::why_container_does_not_run(const client::RemoteCommand& command) {
    const auto answers = m_client.get_all({pod_request(command.namespace_name, command.pod)}, {.interrupted = m_environment.interrupted});
    if (!answers || (*answers)[0].error) return std::nullopt;
    const auto pods = read_objects<kube::Pod>((*answers)[0].body, "read the pod");
    if (!pods || pods->objects.size() != 1) return std::nullopt;
    const auto* status = find_container_status(pods->objects[0], command.container);
    const std::string pod = format("{} -n {}", command.pod, command.namespace_name);
    Error error{.kind = ErrorKind::not_found, .message = format("container `{}` does not run", command.container)};
    if (status == nullptr || status->state.waiting) {
        error.message += status != nullptr && !status->state.waiting->reason.empty() ? format(": {}", status->state.waiting->reason) : std::string(" yet");
        if (status != nullptr && !status->state.waiting->message.empty()) error.notes.emplace_back(status->state.waiting->message);
        error.help.push_back(format("the cause: kdiag diagnose pod/{}", pod));
        if (status != nullptr && status->restart_count > 0) error.help.push_back(format("what it said: kdiag logs {} -c {} -p", pod, command.container));
    } else if (status->state.terminated) {
        const auto& terminated = *status->state.terminated;
        error.message = format("container `{}` has ended ({}, exit code {})", command.container, terminated.reason, terminated.exit_code);
        error.help.push_back(format("what it said: kdiag logs {} -c {}", pod, command.container));
    } else {
        error.message = format("container `{}` did not run when the command was to start", command.container);
        error.notes.push_back("it runs now");
        error.help.push_back("run it again");
    }
    return error;
}

/// What happened to the pod in the middle, if that explains why a command was cut off.
std::optional<std::string> Exec::fate_of(const std::string& pod) {
    const auto answers = m_client.get_all({pod_request(m_finder.namespace_name(), pod)}, {.interrupted = m_environment.interrupted});
    if (!answers) return std::nullopt;
    const auto& answer = (*answers)[0];
    if (answer.status == 404) return format("pod {} has been deleted", pod);
    if (answer.error) return std::nullopt;
    const auto pods = read_objects<kube::Pod>(answer.body, "read the pod");
    if (!pods || pods->objects.size() != 1) return std::nullopt;
    if (pods->objects[0].meta.deleted) return format("pod {} is being deleted", pod);
    const auto& status = pods->objects[0].status;
    if (status.phase == "Running") return std::nullopt;
    return format("the phase of pod {} is {}{}", pod, status.phase, status.reason.empty() ? "" : format(" ({})", status.reason));
}

Result<ExitCode> Exec::run_in_all(const std::vector<kube::Pod>& pods) {
    ManyOptions many{.commands = {}, .concurrency = m_options.concurrency, .timeout = m_options.timeout};
    std::vector<PodOutcome> left_out;
    for (const auto& pod : pods) {
        if (pod.status.phase == "Succeeded" || pod.status.phase == "Failed") continue; // a finished Job's pods are nobody's trouble
        auto runs = check_entry(pod);
        auto choice = runs ? choose_container(pod, m_options.container) : Result<ContainerChoice>(std::move(runs).error());
        if (!choice) {
            const int code = exit_code_beside_a_command(exit_code_of(choice.error().kind));
            left_out.push_back({.pod = std::string(pod.meta.name), .code = code, .error = std::move(choice).error()});
            continue;
        }
        if (many.commands.empty() && !choice->notice.empty()) tell(choice->notice);
        many.commands.push_back(command_in(pod, std::move(choice->name)));
    }
    std::sort(many.commands.begin(), many.commands.end(), [](const auto& a, const auto& b) { return a.pod < b.pod; });
    KD_TRY_ASSIGN(auto end, run_many(m_client, std::move(many), m_environment));
    if (end.signal != 0) return static_cast<ExitCode>(128 + end.signal);
    if (end.reader_gone) return static_cast<ExitCode>(128 + SIGPIPE);
    end.outcomes.insert(end.outcomes.end(), std::make_move_iterator(left_out.begin()), std::make_move_iterator(left_out.end()));
    for (const auto& line : summary_of(end.outcomes)) tell(line);
    return static_cast<ExitCode>(worst_code(end.outcomes));
}

} // namespace

Result<ExitCode> run_exec(const ExecOptions& options, Environment& environment) {
    KD_TRY(check(options));
    if (!options.selector.empty()) {
        KD_TRY(kube::OwnedSelector::parse(options.selector));
    }
    KD_TRY_ASSIGN(const auto client, open_client(options.connect, environment));
    return Exec(options, *client, environment).run();
}

} // namespace kdiag::app
