// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::errored, sink);
}

} // namespace

extern const Rule k_probe_errored{
    {.id = "KD1308", .name = "probe-errored", .title = "a probe cannot be run at all", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets, kube::Resource::services}, .precedence = 40,
     .doc = {.meaning = "The kubelet cannot run a probe at all, so its result is unknown.",
             .why_it_matters = "A readiness probe that cannot be run leaves the container unready for ever.",
             .how_it_is_found = "The newest event of the probe says that it errored, which is not the same as a failure.",
             .what_to_do = "Check that the command of the probe exists in the image.\nCheck the name of its port.",
             .false_positives = "none known",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
