// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

#include <array>

namespace kdiag::rules::readiness {

namespace {

struct NamedProbe {
    const char* field;
    const char* kind;
    const kube::Probe* probe;
};

std::array<NamedProbe, 3> probes_of(const kube::Container& container) {
    return {{{"livenessProbe", "liveness", container.liveness_probe.get()}, {"readinessProbe", "readiness", container.readiness_probe.get()}, {"startupProbe", "startup", container.startup_probe.get()}}};
}

/// What is unwise about a probe's timing; empty when nothing is.
std::string doubt_about(const kube::Container& container, const NamedProbe& named) {
    const auto& probe = *named.probe;
    if (probe.timeout_seconds > probe.period_seconds) return format("its timeout of {}s is longer than its period of {}s", probe.timeout_seconds, probe.period_seconds);
    if (named.probe == container.liveness_probe.get() && !container.startup_probe && probe.failure_threshold == 1) return "one failure restarts the container";
    if (named.probe == container.liveness_probe.get() && container.readiness_probe && probe_target(probe) == probe_target(*container.readiness_probe) && probe.http_get &&
        probe.failure_threshold <= container.readiness_probe->failure_threshold)
        return "it asks the same as the readiness probe and gives up as early, so a slow moment restarts the container instead of sparing it";
    return {};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running") continue;
        for (const auto& view : containers_of(pod))
            for (const auto& named : probes_of(*view.spec)) {
                if (named.probe == nullptr) continue;
                const auto doubt = doubt_about(*view.spec, named);
                if (doubt.empty()) continue;
                Finding finding;
                finding.subject = ref_of(view);
                finding.discriminator = named.kind;
                finding.severity = Severity::warning;
                finding.title = format("the {} probe of {} is risky", named.kind, view.display());
                finding.cause = doubt;
                finding.evidence.push_back({.text = format("{} probe: {}", named.kind, probe_sentence(*named.probe, "gives up")), .path = view.spec_path(named.field), .value = probe_target(*named.probe)});
                finding.remedies.push_back({.text = "keep the timeout below the period, and let liveness be more patient than readiness",
                                            .command = format("{} edit {}", kubectl_in(pod.meta.namespace_name), kubectl_name(context.facts.top_owner(pod))), .risk = Risk::disruptive});
                sink.add(std::move(finding));
            }
    }
}

} // namespace

extern const Rule k_probe_parameters{
    {.id = "KD1309", .name = "probe-parameters-risky", .title = "a probe's timing is unwise", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::warning, .needs = {kube::Resource::pods}, .uses = {kube::Resource::replicasets}, .precedence = 1, .best_practice = true,
     .doc = {.meaning = "The timing of a probe invites trouble: a timeout longer than the period, a liveness probe that restarts at the first failure, or one that repeats the readiness probe without more patience.",
             .why_it_matters = "A short moment of load becomes a restart, and restarts become more load.",
             .how_it_is_found = "The parameters of the probes of running containers are compared with each other.",
             .what_to_do = "Keep timeoutSeconds below periodSeconds.\nLet liveness tolerate more failures than readiness.\nUse a startup probe for slow starts.",
             .false_positives = "Programs that really have to be restarted at once.",
             .see_also = "KD1303 KD1302"}},
    check};

} // namespace kdiag::rules::readiness
