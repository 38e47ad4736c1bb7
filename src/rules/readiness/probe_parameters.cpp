// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

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
bool is_startup(const NamedProbe& named) {
    return std::string_view(named.field) == "startupProbe";
}
bool is_readiness(const NamedProbe& named) {
    return std::string_view(named.field) == "readinessProbe";
}

struct Doubt {
    std::string text; ///< empty: the timing is fine
    std::string help;
    std::string impact = {}; ///< empty: the usual one of the probe's kind
};

/// How long a probe may fail before it has consequences.
std::int64_t budget(const kube::Probe& probe) {
    return probe.failure_threshold * probe.period_seconds;
}

/// One word with blanks in it: the kubelet starts programs without a shell, and none has such a name.
bool needs_a_shell(const kube::Probe& probe) {
    return probe.exec && probe.exec->command.size() == 1 && contains(trim(probe.exec->command[0]), " ");
}

/// A path that by its name also asks for what the program depends on.
bool asks_for_dependencies(const kube::Probe& probe) {
    return probe.http_get && (contains(probe.http_get->path, "ready") || contains(probe.http_get->path, "readiness"));
}

Doubt doubt_about(const kube::Container& container, const NamedProbe& named) {
    const auto& probe = *named.probe;
    const auto* readiness = container.readiness_probe.get();
    const auto* liveness = container.liveness_probe.get();
    // By its field: probes that are alike byte for byte share one object.
    const bool restarts = is_liveness(named);
    if (needs_a_shell(probe))
        return {format("its command is the one word `{}`, and no shell takes it apart: no program has that name", probe.exec->command[0]),
                "give the command as a list of words, or as sh, -c and the line",
                restarts ? "a container that hangs is not restarted" : "the container never becomes ready"};
    if (is_startup(named) && liveness != nullptr && probe.initial_delay_seconds + budget(probe) < liveness->initial_delay_seconds + budget(*liveness))
        return {format("it allows a start {}s, and liveness alone would allow it {}s: it kills earlier instead of giving more time", probe.initial_delay_seconds + budget(probe),
                       liveness->initial_delay_seconds + budget(*liveness)),
                "let failureThreshold times periodSeconds of the startup probe cover the slowest start", "a slow start becomes a restart"};
    if (probe.timeout_seconds > probe.period_seconds)
        return {format("its timeout of {}s is longer than its period of {}s, so failures are noticed later than the period promises", probe.timeout_seconds, probe.period_seconds),
                "keep timeoutSeconds at or below periodSeconds"};
    if (restarts && probe.failure_threshold == 1 && !container.startup_probe)
        return {"one failure restarts the container", "let liveness tolerate several failures (failureThreshold), and cover the start with a startup probe"};
    if (restarts && readiness != nullptr && probe.http_get && probe_target(probe) == probe_target(*readiness) && budget(probe) <= budget(*readiness))
        return {format("it asks the same as the readiness probe and gives up after {}s, no later than that one ({}s): a slow moment restarts the container instead of sparing it",
                       budget(probe), budget(*readiness)),
                "let liveness be more patient than readiness (failureThreshold), or ask something that does not depend on others"};
    if (restarts && asks_for_dependencies(probe))
        return {format("it asks {}, which is about being ready: when something that the program depends on fails, the container is restarted, which helps nobody", probe.http_get->path),
                "let liveness ask something that does not depend on others"};
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
                finding.impact = !doubt.impact.empty()  ? doubt.impact
                                 : is_readiness(named) ? "requests keep going to a container that cannot answer" : "a short moment of load can become a restart";
                finding.evidence.push_back({.text = format("{} probe: {}", named.kind, probe_sentence(*named.probe, is_readiness(named) ? "out" : "restart")), .path = view.spec_path(named.field), .value = probe_target(*named.probe)});
                finding.remedies.push_back({.text = doubt.help,
                                            .command = format("{} edit {}", kubectl_in(pod.meta.namespace_name), kubectl_name(context.facts.top_owner(pod))), .risk = Risk::disruptive});
                sink.add(std::move(finding));
            }
    }
}

} // namespace

extern const Rule k_probe_parameters{
    {.id = "KD1309", .name = "probe-parameters-risky", .title = "a probe's settings are unwise", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::warning, .needs = {kube::Resource::pods}, .uses = {kube::Resource::replicasets}, .precedence = 1, .best_practice = true,
     .doc = {.meaning = "The settings of a probe invite trouble: a timeout longer than the period, a liveness probe that restarts at the first failure, one that repeats the readiness probe without more patience or asks for readiness, a startup probe that is less patient than liveness, or a command that only a shell could take apart.",
             .why_it_matters = "A short moment of load becomes a restart, and restarts become more load.",
             .how_it_is_found = "The parameters of the probes of running containers are compared with each other; what counts is failureThreshold times periodSeconds.",
             .what_to_do = "Keep timeoutSeconds at or below periodSeconds.\nLet liveness tolerate more failures than readiness.\nUse a startup probe for slow starts.",
             .false_positives = "Programs that really have to be restarted at once.",
             .see_also = "KD1303 KD1302"}},
    check};

} // namespace kdiag::rules::readiness
