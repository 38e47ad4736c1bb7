// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

/// When the kubelet gives up on a probe that fails from the start: initial delay, then failures one period apart.
Duration patience_of(const kube::Probe& probe) {
    return Duration::seconds(probe.initial_delay_seconds + (probe.failure_threshold - 1) * probe.period_seconds + probe.timeout_seconds);
}

/// Killed about when the probe runs out of patience for the first time: it never answered, so it was still starting.
bool died_while_starting(const Crash& crash, const kube::Probe& probe) {
    if (!crash.end->started_at || !crash.end->finished_at) return false;
    const Duration grace = Duration::seconds(probe.termination_grace_period_seconds.value_or(crash.view.pod->spec.termination_grace_period_seconds.value_or(30)));
    const Duration lived = crash.end->finished_at - crash.end->started_at;
    const Duration most{patience_of(probe).milliseconds + probe.period_seconds * 1000 + grace.milliseconds};
    return lived <= most;
}

/// A probe at a port that something else of the pod declares, or that nothing declares, is wrong and not early.
bool asks_a_declared_port(const Crash& crash, const kube::Probe& probe) {
    const auto port = probe_port(*crash.view.spec, probe);
    if (!port || crash.view.spec->ports.empty()) return true;
    for (const auto& declared : crash.view.spec->ports)
        if (declared.container_port == *port) return true;
    return false;
}

/// Another probe that asks the same and also never succeeds says nothing; a log without an error says that it was still starting.
bool looks_alive(const Crash& crash) {
    return crash.telling.sign == LogSign::none;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (killed_by_probe(context, crash) != "liveness" || !crash.view.spec->liveness_probe || crash.view.spec->startup_probe) continue;
        if (crash.recovered && crash.view.status->restart_count < 2) continue; // the second start was fast enough
        const auto& probe = *crash.view.spec->liveness_probe;
        const auto* failure = probe_failure(context, crash.view, "Liveness");
        if (!died_while_starting(crash, probe) || !asks_a_declared_port(crash, probe) || !looks_alive(crash)) continue;
        if (crash.log == nullptr && (failure == nullptr || !contains(failure->message, "refused"))) continue;
        Finding finding = begin(context, crash);
        const auto patience = to_age(patience_of(probe));
        finding.confidence = Confidence::likely;
        finding.title = format("{} is killed by its liveness probe before it has started", crash.view.display());
        finding.cause = format("probably it needs longer than {} to start: the liveness probe gives up after that and the kubelet restarts it, and there is no startup probe", patience);
        finding.evidence.push_back({.text = "liveness probe: " + probe_sentence(probe, "restart"), .path = crash.view.spec_path("livenessProbe"), .value = probe_target(probe)});
        if (failure != nullptr)
            finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(failure->message), .time = failure->last_seen(), .first_time = failure->first_seen(), .count = failure->count()});
        finding.remedies.push_back({.text = "add a startup probe with the same check and a failureThreshold that covers the slowest start; liveness then begins after it",
                                    .command = format("{} edit {}", kubectl_in(crash.view.pod->meta.namespace_name), target_of(context, *crash.view.pod)), .risk = Risk::disruptive});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_liveness_kills_slow_start{
    {.id = "KD1303", .name = "liveness-kills-slow-start", .title = "the liveness probe kills a container that is still starting", .category = "probe",
     .scenario = Scenario::running_but_broken, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets}, .precedence = 55,
     .doc = {.meaning = "The liveness probe runs out of patience while the program is still starting, so the container never gets to work.",
             .why_it_matters = "The container is restarted for ever although nothing is wrong with the program.",
             .how_it_is_found = "The container was killed by its liveness probe within the first round of failures after its start, it has no startup probe, it declares the port that is probed, and its log shows no error.",
             .what_to_do = "Add a startup probe; liveness and readiness wait for it.\nOr raise initialDelaySeconds, which slows every restart.",
             .false_positives = "A program that hangs at its start gives the same picture.",
             .see_also = "KD1010 KD1011"}},
    check};

} // namespace kdiag::rules::crash
