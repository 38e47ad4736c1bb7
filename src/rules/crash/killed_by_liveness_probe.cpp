// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (killed_by_probe(context, crash) != "liveness" || !crash.view.spec->liveness_probe) continue;
        const bool again = crash.view.status->restart_count >= 2;
        if (crash.recovered && !again) continue; // restarted once and well since: the probe has done its work
        const auto& probe = *crash.view.spec->liveness_probe;
        Finding finding = begin(context, crash);
        finding.title = format("{} is killed by its liveness probe{}", crash.view.display(), again ? ", again and again" : "");
        finding.evidence.push_back({.text = "liveness probe: " + probe_sentence(probe, "restart"), .path = crash.view.spec_path("livenessProbe"), .value = probe_target(probe)});
        if (const auto* event = probe_failure(context, crash.view, "Liveness"); event != nullptr) {
            finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(event->message), .time = event->last_seen(), .first_time = event->first_seen(), .count = event->count()});
            finding.cause = explain_probe_failure(*crash.view.spec, probe, "liveness", event->message);
        }
        if (finding.cause.empty()) finding.cause = format("the liveness probe ({}) fails {} times in a row, and the kubelet restarts the container", probe_target(probe), probe.failure_threshold);
        finding.remedies.push_back({.text = "make the probe ask what the program answers (port, path, timeout)",
                                    .command = format("{} edit {}", kubectl_in(crash.view.pod->meta.namespace_name), target_of(context, *crash.view.pod)), .risk = Risk::disruptive});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_killed_by_liveness_probe{
    {.id = "KD1010", .name = "killed-by-liveness-probe", .title = "the liveness probe kills a container again and again", .category = "probe",
     .scenario = Scenario::running_but_broken, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets}, .precedence = 50,
     .doc = {.meaning = "The liveness probe of a container fails, and the kubelet kills and restarts it each time.",
             .why_it_matters = "A program that may well work is interrupted over and over.",
             .how_it_is_found = "The container ended with a kill, and its Killing event names the liveness probe, or the probe's failures stand beside a kill for which there is no other reason. The port is compared with the ports that the container declares.",
             .what_to_do = "Compare port and path of the probe with what the program serves.\nGive it a longer timeout.\nA slow start needs a startup probe, not a longer initial delay.",
             .false_positives = "A program that hangs: then the kill is right, and its log says why.",
             .see_also = "KD1303 KD1011"}},
    check};

} // namespace kdiag::rules::crash
