// SPDX-License-Identifier: Apache-2.0
#include "app/logs.hpp"

#include "app/logs/session.hpp"
#include "app/pod_target.hpp"
#include "kube/resource.hpp"
#include "kube/selector.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"
#include "util/terminal.hpp"

#include <algorithm>
#include <array>
#include <memory>

namespace kdiag::app {

namespace {

Error usage(std::string message, std::string help) {
    return {.kind = ErrorKind::usage, .message = std::move(message), .help = {std::move(help)}};
}

Result<LogFormat> parse_log_format(const std::string& word) {
    if (word == "text") return LogFormat::text;
    if (word == "json" || word == "jsonl") return LogFormat::json;
    if (word == "raw") return LogFormat::raw;
    Error error = usage(format("unknown output format `{}`", word), "formats: text, json, raw");
    if (const auto near = nearest(word, {"text", "json", "raw"}, 1); !near.empty()) error.help.insert(error.help.begin(), format("did you mean `{}`?", near.front()));
    return error;
}

Status check_word(const char* flag, const std::string& word, const std::vector<std::string>& words) {
    if (std::find(words.begin(), words.end(), word) != words.end()) return {};
    return usage(format("{} does not take `{}`", flag, word), format("it takes {}", join(words, ", ")));
}

Status check(const LogsOptions& options) {
    if (options.targets.empty() && options.selector.empty() && options.match.empty())
        return usage("no log is named", "as in `kdiag logs web-1`, `kdiag logs deploy/web` or `kdiag logs -l app=web`");
    if (!options.targets.empty() && (!options.selector.empty() || !options.match.empty())) return usage("either names or -l and --match choose the pods, not both", "leave one of them out");
    if (options.since && options.since_time) return usage("--since and --since-time exclude each other", "leave one of them out");
    if (options.all_containers.value_or(false) && !options.container.empty()) return usage("--all-containers and a container exclude each other", "leave one of them out");
    if (options.tail < -1) return usage(format("--tail does not take {}", options.tail), "it takes a number of lines, or -1 for all");
    if (options.limit_bytes < 0) return usage(format("--limit-bytes does not take {}", options.limit_bytes), "it takes a number of bytes");
    KD_TRY(check_word("--prefix", options.prefix, {"auto", "always", "never", "true", "false"}));
    return check_word("--merge", options.merge, {"auto", "always", "never", "true", "false"});
}

bool is_on(const std::string& word, bool automatic) {
    return word == "auto" ? automatic : word == "always" || word == "true";
}

/// One source of pods: what was named, or a selection.
struct PodSource {
    TargetPods found;
    std::string watch_path, single_path;
    bool is_pod = false, endless = false;
};

/// Which of the pods of a namespace are meant by --match.
using Wanted = std::function<bool(const kube::Pod&)>;

class LogsCommand {
public:
    LogsCommand(const LogsOptions& options, Environment& environment, client::ApiClient& client)
        : m_options(options), m_environment(environment), m_client(client), m_finder(client, options.connect.namespace_name, environment.interrupted), m_container(options.container) {}

    Result<ExitCode> run() {
        KD_TRY_ASSIGN(m_format, parse_log_format(m_options.format));
        KD_TRY_ASSIGN(auto filter, LineFilter::make(m_options.include, m_options.exclude, m_options.highlight));
        KD_TRY(find_pods());
        KD_TRY(check_container());
        if (pods() == 0 && !m_options.follow) {
            m_environment.err << format("No resources found in {} namespace.\n", m_finder.namespace_name());
            return ExitCode::ok;
        }
        if (pods() == 0 && !m_options.output.quiet) m_environment.err << format("waiting: there is no such pod in namespace {} yet\n", m_finder.namespace_name());
        const auto session_options = make_options(filter.active());
        if (m_options.follow && m_streams > m_options.max_requests)
            return usage(format("{} logs would be followed, and {} at once is the limit", m_streams, m_options.max_requests), format("--max-log-requests {} raises it, -c and -l choose fewer", m_streams));
        LogSession session(m_client, m_environment, session_options, std::move(filter));
        for (const auto& source : m_sources) session.add_pods(source.found.pods());
        if (m_options.follow || (session_options.single && session.waits()))
            for (const auto& source : m_sources)
                if (!source.watch_path.empty())
                    session.watch_pods(source.watch_path, source.single_path, source.is_pod ? "0" : source.found.list.resource_version, m_wanted);
        return session.run();
    }

private:
    Status find_pods() {
        if (m_options.targets.empty()) return select_pods();
        KD_TRY_ASSIGN(const auto targets, parse_log_targets(m_options.targets));
        if (!targets.container.empty()) {
            if (!m_container.empty()) return usage("a container is named twice", "leave out -c, or the name behind the pod's");
            if (m_options.all_containers.value_or(false)) return usage("--all-containers and a container exclude each other", "leave one of them out");
            m_container = targets.container;
        }
        for (const auto& words : targets.names) {
            KD_TRY_ASSIGN(const auto name, parse_target_name(words));
            KD_TRY_ASSIGN(auto source, find_source(name));
            m_sources.push_back(std::move(source));
        }
        m_several = m_sources.size() > 1 || !m_sources.front().is_pod;
        return {};
    }

    Result<PodSource> find_source(const TargetName& name) {
        KD_TRY_ASSIGN(const auto target, m_finder.find(name));
        PodSource source;
        source.is_pod = target.is_pod();
        source.endless = !source.is_pod && target.named.kind != "Job" && target.named.kind != "CronJob";
        if (source.is_pod || (m_options.follow && source.endless)) {
            KD_TRY_ASSIGN(source.found, m_finder.pods(target));
        } else {
            KD_TRY_ASSIGN(source.found, m_finder.wait_for_pods(target, PodFinder::Wanted::any_phase, m_options.pod_running_timeout,
                                                               [this](const std::string& words) { m_environment.err << format("waiting: {}\n", words); }));
        }
        if (source.is_pod) {
            source.watch_path = pod_watch_path(m_finder.namespace_name(), name.name, {});
            source.single_path = pod_request(m_finder.namespace_name(), name.name).path;
        } else if (!target.label_selector.empty()) {
            source.watch_path = pod_watch_path(m_finder.namespace_name(), {}, target.label_selector);
        }
        return source;
    }

    Status select_pods() {
        m_several = true;
        if (!m_options.selector.empty()) {
            KD_TRY(kube::OwnedSelector::parse(m_options.selector));
        }
        if (!m_options.match.empty()) {
            KD_TRY_ASSIGN(auto pattern, parse_pattern("--match", m_options.match));
            m_wanted = [shared = std::make_shared<Regex>(std::move(pattern))](const kube::Pod& pod) { return shared->found_in(pod.meta.name); };
        }
        const auto request = pod_list_request(m_finder.namespace_name(), m_options.selector);
        KD_TRY_ASSIGN(auto answers, m_client.get_all({request}, {.deadline = now_utc() + Duration::minutes(1), .interrupted = m_environment.interrupted}));
        if (answers[0].error) return std::move(*answers[0].error);
        PodSource source;
        source.watch_path = request.path;
        KD_TRY_ASSIGN(source.found.list, read_objects<kube::Pod>(answers[0].body, request.doing));
        if (m_wanted) std::erase_if(source.found.list.objects, [this](const auto& pod) { return !m_wanted(pod); });
        m_sources.push_back(std::move(source));
        return {};
    }

    std::size_t pods() const {
        std::size_t count = 0;
        for (const auto& source : m_sources) count += source.found.pods().size();
        return count;
    }

    const kube::Pod* first_pod() const {
        for (const auto& source : m_sources)
            if (!source.found.pods().empty()) return &source.found.pods().front();
        return nullptr;
    }

    /// A container that no pod has is an error; a choice that nobody made is told.
    Status check_container() {
        const auto* first = first_pod();
        if (first == nullptr) return {};
        bool found = false;
        for (const auto& source : m_sources)
            for (const auto& pod : source.found.pods()) found = found || find_container(pod, m_container);
        if (!m_container.empty()) {
            if (found) return {};
            auto choice = choose_container(*first, m_container);
            return choice ? Status() : Status(std::move(choice).error());
        }
        if (m_several || m_options.all_containers.value_or(false) || m_options.output.quiet) return {};
        const auto choice = choose_container(*first, {});
        const auto notice = choice ? choice->notice : format("{}; {} is taken", choice.error().message, see_pod(*first).default_container);
        if (!notice.empty()) m_environment.err << notice << '\n';
        return {};
    }

    LogSessionOptions make_options(bool filtered) {
        LogSessionOptions session;
        session.containers = {.named = m_container, .all = m_options.all_containers.value_or(m_several && m_container.empty())};
        for (const auto& source : m_sources) {
            session.endless = session.endless || (source.endless && !m_options.until_exit);
            session.replaced = session.replaced || (!source.is_pod && !m_options.until_exit);
            for (const auto& pod : source.found.pods()) m_streams += wanted_containers(see_pod(pod), session.containers).size();
        }
        session.single = m_streams == 1 && !m_several;
        const auto terminal = inspect_terminal({.color = m_options.output.color, .ascii = m_options.output.ascii, .is_terminal = m_environment.stdout_is_terminal,
                                                .columns = m_environment.terminal_columns}, m_environment.variable);
        const bool for_people = terminal.width > 0 || m_options.output.color == "always"; // as for `less -R`
        const bool prefix = is_on(m_options.prefix, m_options.all_pods || m_streams > 1 || (m_options.follow && m_several));
        session.paint = {.format = m_format, .prefix = prefix, .timestamps = m_options.timestamps, .terminal = for_people, .color = terminal.color, .ascii = terminal.ascii};
        session.merge = is_on(m_options.merge, true);
        session.until_exit = m_options.until_exit;
        session.ignore_errors = m_options.ignore_errors;
        session.quiet = m_options.output.quiet;
        session.max_requests = m_options.max_requests;
        session.patience = m_options.pod_running_timeout;
        session.output = m_environment.descriptors.out;
        auto& request = session.request;
        request.follow = m_options.follow;
        request.previous = m_options.previous;
        request.insecure_backend = m_options.insecure_backend;
        if (m_options.tail >= 0) request.tail = m_options.tail;
        if (m_options.since) request.since_seconds = std::max<std::int64_t>(1, (m_options.since->milliseconds + 500) / 1000);
        if (m_options.since_time) request.since_time = to_rfc3339(*m_options.since_time);
        if (m_options.limit_bytes > 0) request.limit_bytes = m_options.limit_bytes;
        request.counts_times = m_options.timestamps && m_format != LogFormat::json;
        const bool as_it_is = m_format == LogFormat::raw || (m_format == LogFormat::text && !for_people);
        const bool alone = m_streams == 1 && !m_options.follow;
        request.with_times = m_options.timestamps || m_format == LogFormat::json || !alone;
        if (alone && as_it_is && !prefix && !filtered && (m_format != LogFormat::raw || !m_options.timestamps)) request.raw = [](std::string_view) { return false; };
        return session;
    }

    const LogsOptions& m_options;
    Environment& m_environment;
    client::ApiClient& m_client;
    PodFinder m_finder;
    std::string m_container;
    LogFormat m_format = LogFormat::text;
    std::vector<PodSource> m_sources;
    Wanted m_wanted;
    bool m_several = false;
    std::size_t m_streams = 0;
};

} // namespace

Result<LogTargets> parse_log_targets(const std::vector<std::string>& words) {
    LogTargets targets;
    const auto slashes = static_cast<std::size_t>(std::count_if(words.begin(), words.end(), [](const auto& word) { return contains(word, "/"); }));
    if (slashes == 0 && words.size() > 1 && kube::find_by_word(words[0]) != nullptr) {
        for (std::size_t i = 1; i < words.size(); ++i) targets.names.push_back({words[0], words[i]});
        return targets;
    }
    if (words.size() == 2 && (slashes == 0 || (slashes == 1 && contains(words[0], "/")))) {
        targets.names.push_back({words[0]});
        targets.container = words[1];
        return targets;
    }
    if (slashes != words.size() && words.size() > 1) return usage(format("{} names, and not all are TYPE/NAME", words.size()), "write every object as TYPE/NAME, as in pod/web-1 deploy/api");
    for (const auto& word : words) targets.names.push_back({word});
    return targets;
}

Result<ExitCode> run_logs(const LogsOptions& options, Environment& environment) {
    KD_TRY(check(options));
    KD_TRY_ASSIGN(const auto client, open_client(options.connect, environment));
    return LogsCommand(options, environment, *client).run();
}

} // namespace kdiag::app
