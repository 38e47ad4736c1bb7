// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::exec, sink);
}

} // namespace

extern const Rule k_probe_exec{
    {.id = "KD1307", .name = "readiness-command-failing", .title = "the command of a readiness probe fails", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets, kube::Resource::services}, .precedence = 30,
     .doc = {.meaning = "The command of a container's readiness probe ends with an error.",
             .why_it_matters = "No Service sends requests to the pod.",
             .how_it_is_found = "The probe runs a command, and its newest failure quotes what the command said.",
             .what_to_do = "Run the command by hand in the container (kdiag exec).\nMake what it waits for happen.",
             .false_positives = "none known",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
