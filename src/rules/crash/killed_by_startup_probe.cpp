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

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (killed_by_probe(context, crash) != "startup" || !crash.view.spec->startup_probe) continue;
        if (crash.recovered && crash.view.status->restart_count < 2) continue; // the second start was fast enough
        const auto& probe = *crash.view.spec->startup_probe;
        Finding finding = begin(context, crash);
        finding.title = format("{} is killed by its startup probe after {}", crash.view.display(), to_age(patience_of(probe)));
        finding.evidence.push_back({.text = "startup probe: " + probe_sentence(probe, "restart"), .path = crash.view.spec_path("startupProbe"), .value = probe_target(probe)});
        if (const auto* event = probe_failure(context, crash.view, "Startup"); event != nullptr) {
            finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(event->message), .time = event->last_seen(), .first_time = event->first_seen(), .count = event->count()});
            finding.cause = explain_probe_failure(*crash.view.spec, probe, "startup", event->message);
        }
        if (finding.cause.empty()) finding.cause = format("the startup probe ({}) does not succeed within {}", probe_target(probe), to_age(patience_of(probe)));
        finding.remedies.push_back({.text = "correct what the probe asks, or raise its failureThreshold so that it covers the slowest start",
                                    .command = format("{} edit {}", kubectl_in(crash.view.pod->meta.namespace_name), target_of(context, *crash.view.pod)), .risk = Risk::disruptive});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_killed_by_startup_probe{
    {.id = "KD1011", .name = "killed-by-startup-probe", .title = "the startup probe kills a container before it has started", .category = "probe",
     .scenario = Scenario::running_but_broken, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets}, .precedence = 50,
     .doc = {.meaning = "The startup probe of a container does not succeed in time, and the kubelet kills and restarts it.",
             .why_it_matters = "The container never gets to work.",
             .how_it_is_found = "The container ended with a kill, and its Killing event or the failures beside it name the startup probe.",
             .what_to_do = "Compare port and path of the probe with what the program serves.\nRaise failureThreshold: the time to start is failureThreshold times periodSeconds.",
             .false_positives = "A program that hangs at its start: its log says why.",
             .see_also = "KD1010 KD1303"}},
    check};

} // namespace kdiag::rules::crash
