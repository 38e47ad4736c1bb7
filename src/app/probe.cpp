// SPDX-License-Identifier: Apache-2.0
#include "app/probe.hpp"

#include "app/pod_choice.hpp"
#include "app/probe_behind.hpp"
#include "app/probe_replay.hpp"
#include "app/probe_route.hpp"
#include "app/prober.hpp"
#include "data/json.hpp"
#include "data/yaml.hpp"
#include "report/probe.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace kdiag::app {

namespace {

/// One run of the command: what it was asked, what it found so far, and how that is shown.
class ProbeRun {
public:
    ProbeRun(const ProbeOptions& options, Environment& environment) : m_options(options), m_environment(environment), m_text(text_options(options.output, environment)) {
        m_report.target = join_words(options.target);
        m_report.started_at = environment.clock();
    }

    Result<ExitCode> go();

private:
    static std::string join_words(const std::vector<std::string>& words) { return format("{}", join(words, " ")); }
    bool is_document() const { return m_options.output.format != Format::text; }
    bool interrupted() const { return m_environment.interrupted != nullptr && m_environment.interrupted->load(); }
    Status check_options() const;
    Result<StepSettings> step_settings() const;
    Status walk(Route route, client::ApiClient* client, net::EventLoop& loop);
    bool has_flags_for_steps() const;
    Status ask_rounds(Replayer& replayer, net::EventLoop& loop);
    facts::Snapshot facts_around(client::ApiClient& client, const std::string& namespace_name);
    Status replay(client::ApiClient& client, PodFinder& finder, const probe::TargetWord& word);
    Result<std::string> kubelet_version(client::ApiClient& client) const;
    void explain(const Route& route, client::ApiClient& client);
    void pause(net::EventLoop& loop) const;
    void print(const std::string& text);
    Result<ExitCode> finish(Status status);

    const ProbeOptions& m_options;
    Environment& m_environment;
    report::TextOptions m_text;
    probe::Report m_report;
    bool m_begun = false; ///< something was found out, which an error later must not hide
};

Status ProbeRun::check_options() const {
    if (m_options.output.format == Format::wide || m_options.output.format == Format::jsonl)
        return Error{.kind = ErrorKind::usage, .message = "probe prints text, json or yaml", .help = {"as in -o json"}};
    if (m_options.count == 0) return Error{.kind = ErrorKind::usage, .message = "--count 0 asks for nothing", .help = {"at least 1"}};
    for (const auto& [flag, limit] : {std::pair{"--timeout", m_options.timeout}, std::pair{"--tcp-timeout", m_options.tcp_timeout.value_or(m_options.timeout)}})
        if (limit.milliseconds <= 0) return Error{.kind = ErrorKind::usage, .message = format("{} has to be longer than nothing", flag), .help = {"as in 5s"}};
    for (const auto& [name, value] : m_options.headers)
        if (value.find_first_of("\r\n") != std::string::npos) return Error{.kind = ErrorKind::usage, .message = format("the header {} takes no line breaks", name)};
    const bool odd_path = std::any_of(m_options.path.begin(), m_options.path.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
    if (odd_path) return Error{.kind = ErrorKind::usage, .message = "--path takes no blanks and control characters", .help = {"write them as %20"}};
    return {};
}

Result<StepSettings> ProbeRun::step_settings() const {
    StepSettings settings{.expect = m_options.expect.value_or(probe::StatusRanges()), .headers = m_options.headers, .verify = m_options.verify, .ca_pem = {}, .limit = m_options.timeout,
                          .tcp_limit = m_options.tcp_timeout};
    if (m_options.ca_file.empty()) return settings;
    std::ifstream file(m_options.ca_file, std::ios::binary);
    std::ostringstream text;
    if (file) text << file.rdbuf();
    settings.ca_pem = text.str();
    if (!file || !contains(settings.ca_pem, "BEGIN CERTIFICATE"))
        return Error{.kind = ErrorKind::config, .message = format("{} holds no PEM certificate that can be read", m_options.ca_file), .help = {"--ca takes a file with the authority's certificate"}};
    return settings;
}

void ProbeRun::print(const std::string& text) {
    if (is_document()) return;
    m_environment.out << text;
    m_environment.out.flush();
}

void ProbeRun::pause(net::EventLoop& loop) const {
    bool over = false;
    loop.after(m_options.interval, [&] { over = true; });
    while (!over && !interrupted()) loop.turn(m_options.interval);
}

void ProbeRun::explain(const Route& route, client::ApiClient& client) {
    if (route.object.empty()) return;
    auto explained = explain_failure(client, route.object, route.object_port, m_environment.clock(), m_environment.interrupted);
    m_report.behind = std::move(explained.behind);
    const auto* failed_step = m_report.rounds.back().telling();
    auto& steps = m_report.rounds.back().steps;
    if (failed_step != nullptr && failed_step->name == "tcp" && m_report.behind.empty() && !explained.leads_to.empty())
        steps[static_cast<std::size_t>(failed_step - steps.data())].notes.push_back(std::move(explained.leads_to));
    if (!m_report.behind.empty() || route.object.kind != "Service" || !m_report.object.empty()) return;
    // A name that was written by hand: does that Service exist at all?
    PodFinder finder(client, route.object.namespace_name, m_environment.interrupted);
    const auto found = finder.find({.type = "services", .name = route.object.name});
    if (found || found.error().kind != ErrorKind::not_found) return;
    auto& step = m_report.rounds.back().steps;
    const auto failed = std::find_if(step.begin(), step.end(), [](const probe::Step& entry) { return entry.state == probe::StepState::failed; });
    if (failed == step.end()) return;
    failed->notes.push_back(found.error().message);
    failed->notes.insert(failed->notes.end(), found.error().help.begin(), found.error().help.end());
}

Status ProbeRun::walk(Route route, client::ApiClient* client, net::EventLoop& loop) {
    KD_TRY_ASSIGN(const auto settings, step_settings());
    m_report.from = route.from;
    m_report.way = route.way ? route.way->text() : std::string();
    m_report.notes = route.notes;
    if (route.way && !route.way->caveat().empty()) m_report.notes.push_back(route.way->caveat());
    if (client != nullptr && m_report.object.empty() && m_options.target.front().find("://") == std::string::npos && !m_options.target.front().starts_with("dns:")) m_report.object = route.object.display();
    print(report::render_probe_header(m_report, m_text));
    m_begun = true;
    bool explained = client == nullptr;
    for (std::size_t i = 0; i < m_options.count && !interrupted(); ++i) {
        if (i > 0) pause(loop);
        if (interrupted()) break;
        probe::Round round{.at = m_environment.clock(), .steps = route.before};
        if (route.way) {
            KD_TRY_ASSIGN(auto steps, walk_steps(*route.way, route.to, settings, m_environment.clock()));
            round.steps.insert(round.steps.end(), std::make_move_iterator(steps.begin()), std::make_move_iterator(steps.end()));
        }
        m_report.rounds.push_back(std::move(round));
        if (!m_report.rounds.back().good() && !explained) {
            explain(route, *client);
            explained = true;
        }
        report::redact_probe(m_report);
        print(report::render_round(m_report, i, m_text));
    }
    return {};
}

Result<std::string> ProbeRun::kubelet_version(client::ApiClient& client) const {
    const auto version = client.get_json({.path = "/version", .doing = "ask for the server's version"});
    if (!version && version.error().kind == ErrorKind::forbidden) return std::string("1"); // programs look for `kube-probe/` at most
    if (!version) return version.error();
    auto minor = (*version)["minor"].as_string();
    minor = minor.substr(0, minor.find_first_not_of("0123456789")); // `27+` of some vendors
    return format("{}.{}", (*version)["major"].as_string(), minor);
}

/// What says how a target is asked; declared probes say that themselves.
bool ProbeRun::has_flags_for_steps() const {
    return !m_options.path.empty() || !m_options.headers.empty() || !m_options.from.empty() || m_options.depth != probe::Depth::automatic || !m_options.service.empty() || m_options.expect ||
           m_options.tcp_timeout || !m_options.ca_file.empty() || !m_options.verify;
}

/// Events and rules are read around the pod; who may not read them still gets the answers, and the reason.
facts::Snapshot ProbeRun::facts_around(client::ApiClient& client, const std::string& namespace_name) {
    auto facts = read_around(client, namespace_name, {kube::Resource::pods, kube::Resource::events, kube::Resource::replicasets, kube::Resource::services}, m_environment.interrupted);
    const auto gap_of = [&](kube::Resource resource) -> std::string {
        if (!facts) return facts.error().message;
        for (const auto& gap : facts->gaps())
            if (gap.resource == resource && !gap.partial) return gap.detail;
        return {};
    };
    if (const auto gap = gap_of(kube::Resource::events); !gap.empty()) m_report.notes.push_back(format("what the kubelet last said is not known: {}", gap));
    if (const auto gap = gap_of(kube::Resource::pods); !gap.empty()) m_report.notes.push_back(format("what rules say of the settings is not known: {}", gap));
    return facts ? *std::move(facts) : facts::Snapshot(facts::SnapshotParts{});
}

Status ProbeRun::replay(client::ApiClient& client, PodFinder& finder, const probe::TargetWord& word) {
    if (has_flags_for_steps())
        return Error{.kind = ErrorKind::usage, .message = "the probes that a pod declares are asked as they are declared", .help = {format("name a port to ask it in another way: {}/{}:PORT", word.type == "pods" ? "pod" : word.type, word.object)}};
    KD_TRY_ASSIGN(const auto target, finder.find({.type = word.type, .name = word.object}));
    KD_TRY_ASSIGN(const auto found, finder.wait_for_pods(target, PodFinder::Wanted::any_phase, Duration{0}));
    const auto& pod = found.pods().front();
    KD_TRY(check_not_completed(pod));
    const std::string name(pod.meta.name);
    KD_TRY_ASSIGN(const auto version, kubelet_version(client));
    KD_TRY_ASSIGN(const auto raw, client.get_json(pod_request(finder.namespace_name(), name)));
    const auto plan = probe::plan_probes(raw, version);
    m_report.object = format("Pod/{}", name);
    if (!target.is_pod()) m_report.notes.push_back(found.pods().size() == 1 ? format("the only pod of {}", target.named.display()) : format("one of {} of {}", counted(found.pods().size(), "pod"), target.named.display()));
    if (std::any_of(plan.containers.begin(), plan.containers.end(), [](const auto& container) { return !container.running; }))
        m_report.notes.push_back(format("why a container does not run: kdiag diagnose pod/{} -n {}", shell_quote(name), shell_quote(finder.namespace_name())));
    if (plan.probes.empty())
        return Error{.kind = ErrorKind::not_found, .message = format("pod {} declares no probes: the kubelet takes every container that runs for ready", name),
                     .help = {format("ask one of its ports: kdiag probe pod/{}:PORT", shell_quote(name))}};
    m_report.replays = make_replays(plan, pod, facts_around(client, finder.namespace_name()), m_environment.clock());
    if (interrupted()) return {};
    m_begun = true;

    const bool needs_way = std::any_of(plan.probes.begin(), plan.probes.end(), [](const auto& probe) { return probe.check.index() != 0 && !std::holds_alternative<probe::ExecCheck>(probe.check); });
    Result<PodWay> way = PodWay{};
    if (needs_way) way = way_for(client, pod, plan.probes.front().container, Reach::own_ports, m_options, m_environment);
    if (!way && way.error().kind != ErrorKind::not_found && way.error().kind != ErrorKind::timeout) return std::move(way).error();
    if (way && way->way && !way->way->caveat().empty()) m_report.notes.push_back(way->way->caveat());
    Replayer replayer(client, plan, way ? way->way.get() : nullptr, way ? std::string() : way.error().message, m_environment.interrupted);
    const auto asked_all = ask_rounds(replayer, client.loop());
    for (auto& replay : m_report.replays) conclude(plan, replay); // of what is known, also when it was not all
    KD_TRY(asked_all);
    const bool asked = std::any_of(m_report.replays.begin(), m_report.replays.end(), [](const auto& replay) { return !replay.outcomes.empty(); });
    if (!asked && replayer.refused()) return *replayer.refused();
    return {};
}

Status ProbeRun::ask_rounds(Replayer& replayer, net::EventLoop& loop) {
    for (std::size_t i = 0; i < m_options.count; ++i) {
        if (i > 0) pause(loop);
        for (auto& replay : m_report.replays) {
            if (interrupted()) return {};
            KD_TRY(replayer.ask(replay));
        }
    }
    return {};
}

/// What is known is shown, also after an error or Ctrl-C.
Result<ExitCode> ProbeRun::finish(Status status) {
    const bool stopped = interrupted() || (!status && status.error().kind == ErrorKind::interrupted);
    if (!status && !stopped && (!m_begun || (m_report.rounds.empty() && m_report.replays.empty()))) return std::move(status).error();
    auto code = static_cast<ExitCode>(probe::exit_code_of(m_report));
    if (stopped) code = m_environment.signal != nullptr && m_environment.signal->load() == 15 ? ExitCode::terminated : ExitCode::interrupted;
    else if (!status) code = exit_code_of(status.error().kind);
    m_report.exit_code = static_cast<int>(code);
    m_report.duration_ms = (m_environment.clock() - m_report.started_at).milliseconds;
    report::redact_probe(m_report);
    if (!m_report.replays.empty()) print(report::render_probe_header(m_report, m_text) + report::render_replays(m_report, m_environment.clock(), m_text));
    print(report::render_probe_summary(m_report, m_text));
    if (is_document()) {
        const auto document = report::probe_as_value(m_report);
        m_environment.out << (m_options.output.format == Format::yaml ? data::to_yaml(document) : data::to_json(document, 2) + "\n");
        m_environment.out.flush();
    }
    if (!status && !stopped) return std::move(status).error(); // said last, on standard error
    return code;
}

Result<ExitCode> ProbeRun::go() {
    KD_TRY(check_options());
    KD_TRY_ASSIGN(const auto word, probe::parse_target(m_options.target));
    const bool is_object = word.what == probe::TargetWord::What::object;
    if (m_options.replay && (!is_object || !word.port.empty()))
        return Error{.kind = ErrorKind::usage, .message = "--replay-probes asks what pods declare", .help = {"name a pod, a workload or a Service, without a port"}};
    if (!is_object && !m_options.image.empty() && (m_options.from.empty() || is_here(m_options.from)))
        return Error{.kind = ErrorKind::usage, .message = "--image is for asking from a pod or a node", .help = {"add --from pod/NAME or --from node/NAME"}};
    if (!is_object && (m_options.from.empty() || is_here(m_options.from))) {
        net::EventLoop loop;
        KD_TRY_ASSIGN(auto route, route_from_here(loop, word, m_options, m_environment));
        return finish(walk(std::move(route), nullptr, loop));
    }
    KD_TRY_ASSIGN(const auto client, open_client(m_options.connect, m_environment));
    PodFinder finder(*client, m_options.connect.namespace_name, m_environment.interrupted);
    m_report.context = client->config().context;
    m_report.namespace_name = finder.namespace_name();
    const auto* info = is_object ? kube::find_by_word(word.type) : nullptr;
    const bool is_service = info != nullptr && info->resource == kube::Resource::services;
    if (is_object && word.port.empty() && (m_options.replay || !is_service)) return finish(replay(*client, finder, word));
    KD_TRY_ASSIGN(auto route, route_in_cluster(*client, finder, word, m_options, m_environment));
    return finish(walk(std::move(route), client.get(), client->loop()));
}

} // namespace

Result<ExitCode> run_probe(const ProbeOptions& options, Environment& environment) {
    return ProbeRun(options, environment).go();
}

} // namespace kdiag::app
