// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::readiness {

namespace {

constexpr Duration k_least_patience = Duration::seconds(20);
constexpr Duration k_recent_restart = Duration::minutes(10);

const kube::Event* newest_failure(const RuleContext& context, const ContainerView& view, std::string_view kind) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*view.pod))
        if (event->reason == "Unhealthy" && concerns(*event, view) && event->message.starts_with(kind)) found = event;
    return found;
}

Obstacle obstacle_of(const ContainerView& view, const kube::Probe& probe, const kube::Event* event) {
    if (undeclared_port_name(*view.spec, probe)) return Obstacle::undeclared_port;
    if (event == nullptr) return Obstacle::unknown;
    const auto message = event->message;
    if (contains(message, "probe errored")) return Obstacle::errored;
    if (contains(message, "timed out") || contains(message, "deadline exceeded") || contains(message, "Client.Timeout") || contains(message, "i/o timeout")) return Obstacle::timeout;
    if (contains(message, "statuscode: ")) return Obstacle::status;
    if (contains(message, "connection refused") || contains(message, "no route to host") || contains(message, "connection reset")) return Obstacle::refused;
    return probe.exec ? Obstacle::exec : Obstacle::unknown;
}

/// Before this long a container may well be on its way.
Duration patience_with(const kube::Probe& probe) {
    const Duration needed = Duration::seconds(probe.initial_delay_seconds + probe.period_seconds * probe.failure_threshold);
    return std::max(needed, k_least_patience);
}

/// A container that ends now and then is not unready but crashing.
bool crashes(const RuleContext& context, const ContainerView& view) {
    const auto* end = view.status->last_state.terminated.get();
    return end != nullptr && view.status->restart_count >= 2 && context.age(end->finished_at) < k_recent_restart;
}

} // namespace

std::vector<Unready> find_unready(const RuleContext& context) {
    std::vector<Unready> found;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running" || is_ready(pod)) continue;
        for (const auto& view : containers_of(pod)) {
            if (view.role == ContainerRole::init || view.status == nullptr || view.status->ready || !view.status->state.running || crashes(context, view)) continue;
            const bool starting = view.spec->startup_probe && view.status->started && !*view.status->started;
            if (!starting && !view.spec->readiness_probe) continue;
            Unready unready{.view = view, .starting = starting};
            if (context.age(view.status->state.running->started_at) < patience_with(unready.probe())) continue;
            unready.event = newest_failure(context, view, starting ? "Startup" : "Readiness");
            unready.obstacle = obstacle_of(view, unready.probe(), unready.event);
            found.push_back(unready);
        }
    }
    return found;
}

void report(const RuleContext& context, Obstacle obstacle, FindingSink& sink) {
    for (const auto& unready : find_unready(context)) {
        if (unready.obstacle != obstacle) continue;
        const auto& view = unready.view;
        const auto& probe = unready.probe();
        const Timestamp since = view.status->state.running->started_at;
        Finding finding;
        finding.subject = ref_of(view);
        finding.severity = severity_of_lost_pod(context.facts, *view.pod);
        finding.confidence = obstacle == Obstacle::unknown ? Confidence::possible : unready.event != nullptr ? Confidence::certain : Confidence::likely;
        const auto* ready = kube::find_condition(view.pod->status.conditions, "Ready");
        finding.first_seen = ready != nullptr && ready->changed ? ready->changed : since;
        finding.last_seen = unready.event != nullptr ? unready.event->last_seen() : context.now;
        finding.title = format("{} runs but is not ready: its {} probe {}", view.display(), unready.kind(), obstacle == Obstacle::unknown ? "does not succeed" : "fails");
        finding.cause = explain_probe_failure(*view.spec, probe, unready.kind(), unready.event != nullptr ? std::string_view(unready.event->message) : std::string_view());
        const std::string field = unready.starting ? "startupProbe" : "readinessProbe";
        finding.evidence.push_back({.text = format("{} probe: {}", unready.kind(), probe_sentence(probe, unready.starting ? "restart" : "out")), .path = view.spec_path(field), .value = probe_target(probe)});
        if (unready.event != nullptr)
            finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(trim(unready.event->message)), .time = unready.event->last_seen(),
                                        .first_time = unready.event->first_seen(), .count = unready.event->count()});
        finding.evidence.push_back({.text = format("running for {}, not ready", to_age(context.age(since))), .path = view.status_path("ready"), .value = "false"});
        if (!view.spec->ports.empty()) {
            std::vector<std::string> ports;
            for (const auto& port : view.spec->ports) ports.push_back(port.name.empty() ? std::to_string(port.container_port) : format("{} {}", port.name, port.container_port));
            finding.evidence.push_back({.text = format("declares port {}", list_some(ports, 5)), .path = view.spec_path("ports")});
        }
        if (const auto* log = context.facts.log_of(*view.pod, view.spec->name, false); log != nullptr) {
            const auto lines = split(log->text, '\n');
            if (const auto last = trim(lines.back()); !last.empty()) finding.evidence.push_back({.type = EvidenceType::log, .text = std::string(last)});
        }
        finding.impact = "no Service sends it requests";
        finding.explained_by.push_back(context.facts.top_owner(*view.pod));
        finding.remedies.push_back({.text = "make the probe ask what the program answers, or the program answer what the probe asks",
                                    .command = format("{} edit {}", kubectl_in(view.pod->meta.namespace_name), kubectl_name(context.facts.top_owner(*view.pod))), .risk = Risk::disruptive});
        finding.remedies.push_back({.text = "see what it says", .command = format("{} logs {} -c {}", kubectl_in(view.pod->meta.namespace_name), shell_quote(view.pod->meta.name), shell_quote(view.spec->name))});
        sink.add(std::move(finding));
    }
}

} // namespace kdiag::rules::readiness
