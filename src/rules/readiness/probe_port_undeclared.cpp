// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/probe_text.hpp"
#include "rules/readiness/unready.hpp"
#include "util/format.hpp"

namespace kdiag::rules::readiness {

namespace {

/// A liveness probe that cannot be run counts as passed: nothing fails, and nothing guards the container.
void report_liveness(const RuleContext& context, const ContainerView& view, FindingSink& sink) {
    const auto& probe = *view.spec->liveness_probe;
    Finding finding;
    finding.subject = ref_of(view);
    finding.discriminator = "liveness";
    finding.severity = Severity::warning;
    finding.first_seen = view.pod->meta.created;
    finding.title = format("the liveness probe of {} can never fail", view.display());
    finding.cause = explain_probe_failure(*view.spec, probe, "liveness", {});
    finding.impact = "a container that hangs is not restarted";
    finding.evidence.push_back({.text = format("liveness probe: {}", probe_sentence(probe, "restart")), .path = view.spec_path("livenessProbe"), .value = probe_target(probe)});
    finding.remedies.push_back({.text = "give a port of this container that name, or let the probe ask the number",
                                .command = format("{} edit {}", kubectl_in(view.pod->meta.namespace_name), kubectl_name(context.facts.top_owner(*view.pod))), .risk = Risk::disruptive});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::undeclared_port, sink);
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running") continue;
        for (const auto& view : containers_of(pod))
            if (view.spec->liveness_probe && undeclared_port_name(*view.spec, *view.spec->liveness_probe)) report_liveness(context, view, sink);
    }
}

} // namespace

extern const Rule k_probe_port_undeclared{
    {.id = "KD1304", .name = "probe-port-not-declared", .title = "a probe names a port that the container does not declare", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets, kube::Resource::services}, .precedence = 40,
     .doc = {.meaning = "A probe asks a port by a name that the container does not declare.",
             .why_it_matters = "The kubelet cannot run the probe. With a readiness or startup probe the container never becomes ready; a liveness probe never restarts it, even when it hangs.",
             .how_it_is_found = "The probe's port is a name, and no port of the same container has it; names of other containers do not count.",
             .what_to_do = "Declare the port with that name, or use the number.",
             .false_positives = "none known",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
