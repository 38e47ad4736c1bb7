// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running" || context.facts.services_selecting(pod).empty()) continue;
        for (const auto& view : containers_of(pod)) {
            if (view.role != ContainerRole::app || view.spec->readiness_probe || view.spec->ports.empty()) continue;
            Finding finding;
            finding.subject = ref_of(view);
            finding.severity = Severity::warning;
            finding.title = format("{} serves a Service and has no readiness probe", view.display());
            finding.cause = "without a readiness probe a container counts as ready as soon as it runs";
            finding.evidence.push_back({.text = "readinessProbe is not set", .path = view.spec_path("readinessProbe")});
            finding.remedies.push_back({.text = "add a readiness probe that asks what callers need",
                                        .command = format("{} edit {}", kubectl_in(pod.meta.namespace_name), kubectl_name(context.facts.top_owner(pod))), .risk = Risk::disruptive});
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_readiness_probe_missing{
    {.id = "KD1302", .name = "readiness-probe-missing", .title = "a container behind a Service has no readiness probe", .category = "probe", .scenario = Scenario::running_but_broken,
     .stage = Stage::readiness, .severity = Severity::warning, .needs = {kube::Resource::pods, kube::Resource::services}, .uses = {kube::Resource::replicasets}, .precedence = 1, .best_practice = true,
     .doc = {.meaning = "A container that declares ports and stands behind a Service has no readiness probe.",
             .why_it_matters = "Requests are sent to it while it is still starting, and during each rollout some of them fail.",
             .how_it_is_found = "The pod runs, a Service selects it, and the container declares ports but no readinessProbe.",
             .what_to_do = "Add a readiness probe that asks what callers need.",
             .false_positives = "A sidecar whose port is not the Service's.",
             .see_also = "KD1309"}},
    check};

} // namespace kdiag::rules::readiness
