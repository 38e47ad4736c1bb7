// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::refused, sink);
}

} // namespace

extern const Rule k_probe_refused{
    {.id = "KD1301", .name = "readiness-refused", .title = "a readiness probe is refused", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets, kube::Resource::services}, .precedence = 30,
     .doc = {.meaning = "The readiness probe of a running container gets no connection: nothing listens where it asks, or the connection is closed at once.",
             .why_it_matters = "No Service sends requests to the pod, although its container runs.",
             .how_it_is_found = "The container runs, is not ready, and the newest failure of its readiness (or startup) probe says connection refused, reset or no route. The port is compared with those that the container declares.",
             .what_to_do = "Compare the port of the probe with the port that the program listens on.\nA program that listens on 127.0.0.1 cannot be probed: let it listen on 0.0.0.0.\nRead its log: it may not have come up yet.",
             .false_positives = "A program that is still starting.",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
