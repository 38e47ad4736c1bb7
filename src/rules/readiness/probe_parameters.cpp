// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

#include <array>
#include <string_view>

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

bool is_liveness(const NamedProbe& named) {
    return std::string_view(named.field) == "livenessProbe";
}
bool is_readiness(const NamedProbe& named) {
    return std::string_view(named.field) == "readinessProbe";
}

struct Doubt {
    std::string text; ///< empty: the timing is fine
    std::string help;
};

/// How long a probe may fail before it has consequences.
std::int64_t budget(const kube::Probe& probe) {
    return probe.failure_threshold * probe.period_seconds;
}

Doubt doubt_about(const kube::Container& container, const NamedProbe& named) {
    const auto& probe = *named.probe;
    const auto* readiness = container.readiness_probe.get();
    // By its field: probes that are alike byte for byte share one object.
    const bool restarts = is_liveness(named);
    if (probe.timeout_seconds > probe.period_seconds)
        return {format("its timeout of {}s is longer than its period of {}s, so failures are noticed later than the period promises", probe.timeout_seconds, probe.period_seconds),
                "keep timeoutSeconds at or below periodSeconds"};
    if (restarts && probe.failure_threshold == 1 && !container.startup_probe)
        return {"one failure restarts the container", "let liveness tolerate several failures (failureThreshold), and cover the start with a startup probe"};
    if (restarts && readiness != nullptr && probe.http_get && probe_target(probe) == probe_target(*readiness) && budget(probe) <= budget(*readiness))
        return {format("it asks the same as the readiness probe and gives up after {}s, no later than that one ({}s): a slow moment restarts the container instead of sparing it",
                       budget(probe), budget(*readiness)),
                "let liveness be more patient than readiness (failureThreshold), or ask something that does not depend on others"};
    return {};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running") continue;
        for (const auto& view : containers_of(pod))
            for (const auto& named : probes_of(*view.spec)) {
                if (named.probe == nullptr) continue;
                const auto doubt = doubt_about(*view.spec, named);
                if (doubt.text.empty()) continue;
                Finding finding;
                finding.subject = ref_of(view);
                finding.discriminator = named.kind;
                finding.severity = Severity::warning;
                finding.title = format("the {} probe of {} is risky", named.kind, view.display());
                finding.cause = doubt.text;
                finding.impact = is_readiness(named) ? "requests keep going to a container that cannot answer" : "a short moment of load can become a restart";
                finding.evidence.push_back({.text = format("{} probe: {}", named.kind, probe_sentence(*named.probe, is_readiness(named) ? "out" : "restart")), .path = view.spec_path(named.field), .value = probe_target(*named.probe)});
                finding.remedies.push_back({.text = doubt.help,
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
             .how_it_is_found = "The parameters of the probes of running containers are compared with each other; what counts is failureThreshold times periodSeconds.",
             .what_to_do = "Keep timeoutSeconds at or below periodSeconds.\nLet liveness tolerate more failures than readiness.\nUse a startup probe for slow starts.",
             .false_positives = "Programs that really have to be restarted at once.",
             .see_also = "KD1303 KD1302"}},
    check};

} // namespace kdiag::rules::readiness
