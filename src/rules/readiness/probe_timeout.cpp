// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::timeout, sink);
}

} // namespace

extern const Rule k_probe_timeout{
    {.id = "KD1305", .name = "readiness-timeout", .title = "a readiness probe gets no answer in time", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets, kube::Resource::services}, .precedence = 30,
     .doc = {.meaning = "The readiness probe of a running container gets no answer within its timeout.",
             .why_it_matters = "No Service sends requests to the pod.",
             .how_it_is_found = "The newest failure of the probe speaks of a timeout or an exceeded deadline. Whether the connection or only the answer was late is told apart.",
             .what_to_do = "Measure how long the answer takes, and raise timeoutSeconds above it.\nLook at cpu limits: a throttled program answers late.\nLet the probe ask something cheap.\nIf even the connection times out, look at network policies and the node's firewall.",
             .false_positives = "A short moment of load.",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
