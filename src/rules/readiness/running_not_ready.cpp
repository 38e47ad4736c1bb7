// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::unknown, sink);
}

} // namespace

extern const Rule k_running_not_ready{
    {.id = "KD1312", .name = "running-not-ready", .title = "a container runs and is not ready, and nothing says why", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets, kube::Resource::services}, .precedence = 5,
     .doc = {.meaning = "A container has run for longer than its readiness probe needs, and is still not ready.",
             .why_it_matters = "No Service sends requests to the pod.",
             .how_it_is_found = "The container runs and is not ready, and no event that is still kept says why its probe fails, or it says something that kdiag cannot place; then it is quoted.",
             .what_to_do = "Look at the events of the pod as they come.\nAsk the probe's target by hand from inside the pod.",
             .false_positives = "A program that needs very long to start.",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
