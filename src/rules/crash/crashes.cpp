// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"

#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::crash {

namespace {

constexpr Duration k_recent = Duration::minutes(10);
constexpr Duration k_remembered = Duration::hours(1);
constexpr std::size_t k_log_evidence = 3;

bool is_start_failure(kube::Text reason) {
    return reason == "RunContainerError" || reason == "CreateContainerError" || reason == "StartError" || reason == "ContainerCannotRun";
}

/// Pods whose end is another rule's business, or nobody's.
bool is_settled(const kube::Pod& pod) {
    return pod.meta.deleted || pod.status.phase == "Succeeded" || !pod.status.reason.empty();
}

/// A Job that went on to succeed has used up its failures; its pods are history.
bool belongs_to_finished_job(const RuleContext& context, const kube::Pod& pod) {
    const auto* owner = pod.meta.controller();
    if (owner == nullptr || owner->kind != kube::Job::k_kind) return false;
    const auto* job = context.facts.find<kube::Job>(pod.meta.namespace_name, owner->name);
    if (job == nullptr) return false;
    const auto* complete = kube::find_condition(job->status.conditions, "Complete");
    return (complete != nullptr && complete->status == "True") || job->status.succeeded > 0;
}

const kube::Event* newest(const RuleContext& context, const ContainerView& view, std::string_view reason, std::string_view words) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*view.pod))
        if (event->reason == reason && concerns(*event, view) && contains(event->message, words)) found = event;
    return found;
}

/// The first kill by a probe is no accident while the container still is not ready.
bool was_killed_just_now(const RuleContext& context, const ContainerView& view) {
    const auto* killing = newest(context, view, "Killing", "failed");
    return killing != nullptr && context.age(killing->last_seen()) < k_recent;
}

enum class Health { fine, recovered, crashing };

Health health_of(const RuleContext& context, const ContainerView& view) {
    if (view.status == nullptr) return Health::fine;
    const auto& status = *view.status;
    const auto& pod = *view.pod;
    if (view.waiting_reason() == "CrashLoopBackOff" || is_start_failure(view.waiting_reason())) return Health::crashing;
    if (status.state.terminated) {
        const bool good = status.state.terminated->exit_code == 0;
        if (view.role == ContainerRole::init) return good ? Health::fine : Health::crashing;
        if (!good) return Health::crashing;
        return pod.spec.restart_policy == "Always" && status.restart_count > 0 ? Health::crashing : Health::fine;
    }
    const auto* end = status.last_state.terminated.get();
    if (end == nullptr || status.restart_count == 0 || view.role == ContainerRole::init) {
        return end != nullptr && end->exit_code != 0 && view.role == ContainerRole::init && context.age(end->finished_at) < k_recent ? Health::crashing : Health::fine;
    }
    const Duration since = context.age(end->finished_at);
    if (status.state.running && status.ready) return since < k_remembered ? Health::recovered : Health::fine;
    if (since < k_recent && status.restart_count >= 2) return Health::crashing;
    if (was_killed_just_now(context, view)) return Health::crashing;
    return since < k_remembered && status.state.waiting ? Health::crashing : Health::fine;
}

/// The telling line and the last ones, in the order they were written.
void add_log(const Crash& crash, Finding& finding) {
    if (crash.log == nullptr || crash.telling.line.empty()) return;
    std::vector<std::string_view> lines;
    for (const auto line : split(crash.log->text, '\n'))
        if (const auto text = trim(line); !text.empty()) lines.push_back(text);
    const auto telling = static_cast<std::size_t>(std::find_if(lines.rbegin(), lines.rend(), [&](auto line) { return line.data() == crash.telling.line.data(); }).base() - lines.begin());
    const std::size_t first_of_last = lines.size() - std::min(lines.size(), telling + k_log_evidence > lines.size() ? k_log_evidence : k_log_evidence - 1);
    for (std::size_t i = 0; i < lines.size(); ++i)
        if (i + 1 == telling || i >= first_of_last) finding.evidence.push_back({.type = EvidenceType::log, .text = std::string(lines[i])});
}

std::vector<Crash> all_crashes(const RuleContext& context) {
    std::vector<Crash> crashes;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (is_settled(pod) || belongs_to_finished_job(context, pod)) continue;
        for (const auto& view : containers_of(pod)) {
            const Health health = health_of(context, view);
            if (health == Health::fine) continue;
            Crash crash{.view = view, .end = view.last_end(), .recovered = health == Health::recovered};
            if (crash.end == nullptr && crash.start_message().empty()) continue;
            crash.log = context.facts.log_of(pod, view.spec->name);
            if (crash.log != nullptr) crash.telling = telling_line(crash.log->text);
            crashes.push_back(crash);
        }
    }
    return crashes;
}

} // namespace

std::string_view Crash::start_message() const {
    if (end != nullptr && (end->reason == "StartError" || end->reason == "ContainerCannotRun" || end->exit_code == 128)) return end->message;
    if (is_start_failure(view.waiting_reason())) return view.waiting_message();
    return {};
}

const std::vector<Crash>& find_crashes(const RuleContext& context) {
    return context.once(all_crashes);
}

std::vector<Crash> crashes_telling(const RuleContext& context, std::initializer_list<LogSign> signs) {
    auto crashes = find_crashes(context);
    std::erase_if(crashes, [&](const Crash& crash) {
        return crash.recovered || crash.end == nullptr || crash.end->exit_code == 0 || std::find(signs.begin(), signs.end(), crash.telling.sign) == signs.end() ||
               !killed_by_probe(context, crash).empty();
    });
    return crashes;
}

const kube::Event* probe_failure(const RuleContext& context, const ContainerView& view, std::string_view probe) {
    return newest(context, view, "Unhealthy", format("{} probe", probe));
}

std::string_view killed_by_probe(const RuleContext& context, const Crash& crash) {
    const auto& view = crash.view;
    if (crash.end == nullptr || (crash.end->exit_code != 137 && crash.end->exit_code != 143 && crash.end->exit_code != 0 && crash.end->exit_code != 130)) return {};
    if (crash.end->reason == "OOMKilled") return {};
    if (newest(context, view, "Killing", "failed liveness probe") != nullptr) return "liveness";
    if (newest(context, view, "Killing", "failed startup probe") != nullptr) return "startup";
    if (crash.end->exit_code == 0) return {};
    // The Killing event may be gone; a kill after failed probes of a container that has them is the same story.
    if (view.spec->startup_probe && probe_failure(context, view, "Startup") != nullptr) return "startup";
    if (view.spec->liveness_probe && probe_failure(context, view, "Liveness") != nullptr) return "liveness";
    return {};
}

std::string target_of(const RuleContext& context, const kube::Pod& pod) {
    return kubectl_name(context.facts.top_owner(pod));
}

Finding begin(const RuleContext& context, const Crash& crash) {
    const auto& view = crash.view;
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = crash.recovered ? Severity::warning : severity_of_lost_pod(context.facts, *view.pod);
    finding.last_seen = crash.end != nullptr ? crash.end->finished_at : Timestamp{};
    finding.explained_by.push_back(context.facts.top_owner(*view.pod)); // a field that was dropped from its manifest
    const auto* ready = kube::find_condition(view.pod->status.conditions, "Ready");
    finding.first_seen = ready != nullptr && ready->status != "True" ? ready->changed : view.pod->meta.created;
    if (crash.end != nullptr) {
        std::string text = format("last {}", exit_words(*crash.end));
        if (!crash.end->reason.empty() && crash.end->reason != "Error") text += format(", reason {}", crash.end->reason);
        if (crash.end->started_at && crash.end->finished_at) text += format(", after {}", to_age(crash.end->finished_at - crash.end->started_at));
        finding.evidence.push_back({.text = std::move(text), .path = view.status_path(view.status->state.terminated ? "state.terminated" : "lastState.terminated"),
                                    .value = format("{}", crash.end->exit_code), .time = crash.end->finished_at});
    }
    if (const auto message = crash.start_message(); !message.empty()) {
        const bool from_end = crash.end != nullptr && message == crash.end->message;
        finding.evidence.push_back({.text = std::string(message), .path = view.status_path(!from_end ? "state.waiting.message" : view.status->state.terminated ? "state.terminated.message" : "lastState.terminated.message")});
    }
    add_log(crash, finding);
    if (view.status->restart_count > 0)
        finding.evidence.push_back({.text = format("restarted {}", counted(static_cast<std::size_t>(view.status->restart_count), "time")), .path = view.status_path("restartCount"),
                                    .value = format("{}", view.status->restart_count)});
    if (const auto* event = newest(context, view, "BackOff", "restarting"); event != nullptr)
        finding.evidence.push_back({.type = EvidenceType::event, .text = "back-off before the next start", .time = event->last_seen(), .first_time = event->first_seen(), .count = event->count()});
    return finding;
}

void add_usual_help(const RuleContext& context, const Crash& crash, Finding& finding) {
    const auto& pod = *crash.view.pod;
    const bool previous = crash.view.status->restart_count > 0 && !crash.view.status->state.terminated;
    finding.remedies.push_back({.text = "read the whole log of the crash",
                                .command = kdiag_on("logs", kubectl_name(kube::ref_of(pod)), format("-c {}{}", shell_quote(crash.view.spec->name), previous ? " -p" : ""), pod.meta.namespace_name)});
    const auto top = context.facts.top_owner(pod);
    if (top.kind == kube::Deployment::k_kind && context.facts.replica_sets_owned_by(top).size() > 1)
        finding.remedies.push_back({.text = "if an earlier revision worked, go back to it", .command = format("{} rollout undo {}", kubectl_in(top.namespace_name), kubectl_name(top)), .risk = Risk::disruptive});
}

} // namespace kdiag::rules::crash
