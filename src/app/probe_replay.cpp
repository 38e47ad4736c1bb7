// SPDX-License-Identifier: Apache-2.0
#include "app/probe_replay.hpp"

#include "app/probe_steps.hpp"
#include "net/proxy.hpp"
#include "rules/common/container_view.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/engine.hpp"
#include "rules/select.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <cctype>

namespace kdiag::app {

namespace {

using probe::Outcome;
using probe::Verdict;

/// An answer is waited for that much longer than the kubelet waits, to say how late it comes.
constexpr Duration k_beyond = Duration::seconds(5);

Duration limit_of(const probe::PlannedProbe& probe) {
    return {probe.settings.timeout * 1000 + k_beyond.milliseconds};
}

probe::Microseconds timeout_of(const probe::PlannedProbe& probe) {
    return {probe.settings.timeout * 1'000'000};
}

/// What the runtime says, without the layers that passed it on; the kubelet's events have them all.
std::string core_of(std::string_view message) {
    constexpr std::string_view k_last_layer = "unable to start container process: ", k_no_more_known = ": unknown";
    if (const auto at = message.find(k_last_layer); at != std::string_view::npos) message.remove_prefix(at + k_last_layer.size());
    if (message.ends_with(k_no_more_known)) message.remove_suffix(k_no_more_known.size());
    return std::string(message);
}

/// Go's words for a request that took too long (net/http, Client.Timeout).
Outcome too_late(const probe::PlannedProbe& probe, const std::string& url, probe::Microseconds took, bool answered) {
    return {.verdict = Verdict::failure,
            .message = format("Get \"{}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)", url), .took = answered ? took : timeout_of(probe), .timed_out = true, .answered = answered};
}

void note_once(std::vector<std::string>& notes, std::string note) {
    if (!note.empty() && std::find(notes.begin(), notes.end(), note) == notes.end()) notes.push_back(std::move(note));
}

const kube::Probe* declared_probe(const kube::Container& container, probe::Kind kind) {
    return kind == probe::Kind::startup ? container.startup_probe.get() : kind == probe::Kind::liveness ? container.liveness_probe.get() : container.readiness_probe.get();
}

std::string consequence_word(probe::Kind kind) {
    return kind == probe::Kind::readiness ? "out" : "restart";
}

std::string capitalised(std::string_view word) {
    std::string text(word);
    text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
    return text;
}

/// Before the message of an event that stands for several (client-go/tools/record, EventAggregatorByReasonMessageFunc).
constexpr std::string_view k_combined = "(combined from similar events): ";

std::size_t probed_containers(const kube::Pod& pod) {
    const auto views = rules::containers_of(pod);
    return static_cast<std::size_t>(std::count_if(views.begin(), views.end(), [](const auto& view) { return view.spec->startup_probe || view.spec->liveness_probe || view.spec->readiness_probe; }));
}

std::vector<probe::KubeletWord> said_of(const facts::Snapshot& facts, const kube::Pod& pod, const rules::ContainerView& view, probe::Kind kind) {
    const std::string start = capitalised(to_string(kind));
    const std::string killed = format("failed {} probe", to_string(kind));
    std::vector<probe::KubeletWord> words;
    for (const auto* event : facts.events_of(pod)) {
        std::string_view message = event->message;
        // Such an event has the newest message of all the pod's containers, and the container of the first.
        if (message.starts_with(k_combined)) {
            if (probed_containers(pod) > 1) continue;
            message.remove_prefix(k_combined.size());
        }
        const bool about = event->reason == "Unhealthy" || event->reason == "ProbeWarning" ? message.starts_with(start) : event->reason == "Killing" && contains(message, killed);
        if (about && rules::concerns(*event, view)) words.push_back({.message = std::string(message), .first = event->first_seen(), .last = event->last_seen(), .count = event->count()});
    }
    std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.last > b.last; });
    return words;
}

/// Whether a finding is about this probe: rules name the kind in the discriminator or in the title.
bool is_about(const rules::Finding& finding, const probe::PlannedProbe& probe) {
    if (finding.subject.container != probe.container) return false;
    const auto kind = to_string(probe.kind);
    return finding.discriminator == kind || (finding.discriminator.empty() && contains(finding.title, format("{} probe", kind)));
}

void add_rules(const rules::Outcome& outcome, const kube::Pod& pod, probe::Replay& replay) {
    const auto key = kube::ref_of(pod).key();
    for (const auto& finding : outcome.findings) {
        const bool of_pod = finding.subject.key() == key || std::any_of(finding.affected.begin(), finding.affected.end(), [&](const auto& ref) { return ref.key() == key; });
        if (!of_pod || !is_about(finding, replay.probe)) continue;
        replay.advice.push_back({.rule = std::string(finding.rule->id), .text = finding.cause.empty() ? finding.title : finding.cause, .help = finding.remedies.empty() ? std::string() : finding.remedies.back().text});
    }
}

} // namespace

Status Replayer::ask(probe::Replay& replay) {
    const auto& probe = replay.probe;
    const auto* container = m_plan.container(probe.container);
    if (std::holds_alternative<std::monostate>(probe.check)) {
        replay.outcomes.push_back({.verdict = Verdict::unknown, .message = probe.problem});
        return {};
    }
    if (container == nullptr || !container->running) return {}; // idle says why
    if (const auto* exec = std::get_if<probe::ExecCheck>(&probe.check)) {
        auto outcome = ask_command(probe, *exec);
        if (!outcome && outcome.error().kind == ErrorKind::forbidden) { // other probes may be asked by other means
            note_once(replay.notes, format("not asked: {}", outcome.error().message));
            m_refused = std::move(outcome).error();
            return {};
        }
        if (!outcome) return std::move(outcome).error();
        replay.way = format("running it in container `{}`", probe.container);
        replay.outcomes.push_back(*std::move(outcome));
        return {};
    }
    const auto host = probe::host_of(probe.check);
    if (probe::is_loopback(host) && !m_plan.host_network) {
        note_once(replay.notes, format("it asks host `{}`, which for the kubelet is the node and not the pod: that cannot be asked from here", host));
        return {};
    }
    if (m_way == nullptr) {
        note_once(replay.notes, format("not asked: {}", m_why_no_way));
        return {};
    }
    if (!host.empty() && host != m_plan.address) note_once(replay.notes, format("it asks host `{}` of its own, resolved in the pod here and on the node by the kubelet", host));
    Result<Outcome> outcome = Outcome{};
    if (const auto* http = std::get_if<probe::HttpCheck>(&probe.check)) outcome = ask_http(probe, *http, replay.notes);
    else if (const auto* tcp = std::get_if<probe::TcpCheck>(&probe.check)) outcome = ask_tcp(probe, *tcp);
    else if (const auto* grpc = std::get_if<probe::GrpcCheck>(&probe.check)) outcome = ask_grpc_health(probe, *grpc);
    if (!outcome && outcome.error().kind == ErrorKind::usage) { // the way does not carry this kind
        note_once(replay.notes, format("not asked: {}", outcome.error().message));
        return {};
    }
    if (!outcome) return std::move(outcome).error();
    replay.way = m_way->text();
    replay.outcomes.push_back(*std::move(outcome));
    return {};
}

Result<Outcome> Replayer::ask_http(const probe::PlannedProbe& probe, const probe::HttpCheck& check, std::vector<std::string>& notes) {
    Question question{.http = check, .address = check.host, .port = check.port};
    probe::Microseconds took;
    for (int followed = 0;; ++followed) {
        question.timeout = {limit_of(probe).milliseconds - took.count / 1000};
        KD_TRY_ASSIGN(const auto exchange, m_way->ask(question));
        if (exchange.failed_at == net::ExchangePart::none && exchange.status == 0 && !exchange.problem.empty()) return Error{.kind = ErrorKind::usage, .message = exchange.problem};
        took.count += exchange.total_microseconds;
        const auto& url = question.http.url;
        const bool headers_in_time = exchange.status != 0 && took.count - exchange.total_microseconds + exchange.answer_microseconds <= timeout_of(probe).count;
        // The kubelet reads the body too; when that breaks off, its result is thrown away (DoHTTPProbe returns an error).
        if (headers_in_time && (!exchange.problem.empty() || took > timeout_of(probe)))
            return Outcome{.verdict = Verdict::unknown,
                           .message = format("status {}, and then the answer broke off: {}", exchange.status, exchange.timed_out || took > timeout_of(probe) ? "its end did not come in time" : exchange.problem),
                           .took = took, .timed_out = took > timeout_of(probe), .answered = !exchange.timed_out};
        if (exchange.timed_out || took > timeout_of(probe)) return too_late(probe, url, took, exchange.status != 0 && !exchange.timed_out);
        if (exchange.status == 0) return Outcome{.verdict = Verdict::failure, .message = format("Get \"{}\": {}", url, exchange.problem), .took = took};
        const auto redirect = probe::redirect_of(check.url, url, exchange.status, exchange.header("location"), followed);
        if (redirect.what == probe::Redirect::What::too_many) return Outcome{.verdict = Verdict::failure, .message = format("Get \"{}\": stopped after 10 redirects", exchange.header("location")), .took = took}; // Go names the location as it came
        if (redirect.what == probe::Redirect::What::elsewhere) note_once(notes, format("redirects to {}", redirect.url));
        if (redirect.what != probe::Redirect::What::follow) {
            if (followed > 0) note_once(notes, format("followed {} to {}: the last answer counts, even if it is a login page", counted(static_cast<std::size_t>(followed), "redirect"), url));
            return probe::judge_status(exchange.status, took);
        }
        question.http.url = redirect.url;
        question.http.target.clear();
        if (!redirect.keep_host) question.http.host_header.clear();
        question.port = net::parse_url(redirect.url).port;
    }
}

Result<Outcome> Replayer::ask_tcp(const probe::PlannedProbe& probe, const probe::TcpCheck& check) {
    KD_TRY_ASSIGN(const auto opened, m_way->open({check.host}, check.port, limit_of(probe)));
    const auto place = probe::join_host_port(check.host, check.port);
    if (!opened.tried) return Error{.kind = ErrorKind::usage, .message = opened.problem};
    if (opened.timed_out || opened.took > timeout_of(probe))
        return Outcome{.verdict = Verdict::failure, .message = format("dial tcp {}: i/o timeout", place), .took = opened.problem.empty() ? opened.took : timeout_of(probe), .timed_out = true, .answered = opened.problem.empty()};
    if (!opened.problem.empty()) return Outcome{.verdict = Verdict::failure, .message = format("dial tcp {}: connect: {}", place, opened.problem), .took = opened.took};
    return Outcome{.verdict = Verdict::success, .message = "the port opens", .took = opened.took};
}

Result<Outcome> Replayer::ask_grpc_health(const probe::PlannedProbe& probe, const probe::GrpcCheck& check) {
    if (!m_way->is_transparent()) return Error{.kind = ErrorKind::usage, .message = format("{} cannot carry gRPC", m_way->text())};
    KD_TRY_ASSIGN(auto outcome, ask_grpc(*m_way, check, check.host, Duration::seconds(probe.settings.timeout)));
    return outcome;
}

Result<Outcome> Replayer::ask_command(const probe::PlannedProbe& probe, const probe::ExecCheck& check) {
    if (check.command.empty()) return Outcome{.verdict = Verdict::unknown, .message = "its command is empty"};
    const ContainerPlace place{m_client, m_plan.namespace_name, m_plan.name, probe.container, m_interrupted};
    KD_TRY_ASSIGN(const auto ran, run_in_container(place, {.argv = check.command}, limit_of(probe)));
    if (ran.timed_out || ran.took > timeout_of(probe)) {
        auto outcome = probe::command_timed_out(check, probe.settings.timeout, ran.timed_out ? timeout_of(probe) : ran.took);
        outcome.answered = !ran.timed_out;
        return outcome;
    }
    if (!ran.problem.empty()) return Outcome{.verdict = Verdict::unknown, .message = core_of(ran.problem), .took = ran.took};
    return probe::judge_exit(ran.result.code, ran.combined, ran.took);
}

std::vector<probe::Replay> make_replays(const probe::PodPlan& plan, const kube::Pod& pod, const facts::Snapshot& facts, Timestamp now) {
    std::vector<probe::Replay> replays;
    const auto chosen = rules::select_rules({"probe"}, {});
    const auto outcome = chosen ? rules::diagnose(facts, *chosen, now) : rules::Outcome{};
    for (const auto& planned : plan.probes) {
        probe::Replay replay{.probe = planned};
        replay.idle = probe::why_idle(plan, planned);
        replays.push_back(std::move(replay));
        for (const auto& view : rules::containers_of(pod)) {
            const auto* declared = view.spec->name == planned.container ? declared_probe(*view.spec, planned.kind) : nullptr;
            if (declared == nullptr) continue;
            auto& added = replays.back();
            added.target = rules::probe_target(*declared);
            const auto sentence = rules::probe_sentence(*declared, consequence_word(planned.kind));
            added.timing = sentence.starts_with(added.target + ", ") ? sentence.substr(added.target.size() + 2) : sentence;
            added.kubelet = said_of(facts, pod, view, planned.kind);
            add_rules(outcome, pod, added);
        }
    }
    return replays;
}

void conclude(const probe::PodPlan& plan, probe::Replay& replay) {
    if (!replay.outcomes.empty()) replay.consequence = probe::consequence(plan, replay.probe, probe::worst(replay.outcomes));
    const auto measured = probe::measured_advice(plan, replay.probe, replay.outcomes);
    replay.advice.insert(replay.advice.end(), measured.begin(), measured.end());
}

} // namespace kdiag::app
