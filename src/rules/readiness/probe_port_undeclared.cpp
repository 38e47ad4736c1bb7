// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::undeclared_port, sink);
}

} // namespace

extern const Rule k_probe_port_undeclared{
    {.id = "KD1304", .name = "probe-port-not-declared", .title = "a probe names a port that the container does not declare", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets}, .precedence = 40,
     .doc = {.meaning = "A probe asks a port by a name that the container does not declare.",
             .why_it_matters = "The kubelet cannot run the probe, so the container never becomes ready, or is restarted.",
             .how_it_is_found = "The probe's port is a name, and no port of the container has it.",
             .what_to_do = "Declare the port with that name, or use the number.",
             .false_positives = "none known",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
