// SPDX-License-Identifier: Apache-2.0
#include "rules/readiness/unready.hpp"

namespace kdiag::rules::readiness {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    report(context, Obstacle::status, sink);
}

} // namespace

extern const Rule k_probe_status{
    {.id = "KD1306", .name = "readiness-bad-status", .title = "a readiness probe is answered with an error status", .category = "probe", .scenario = Scenario::running_but_broken, .stage = Stage::readiness,
     .severity = Severity::error, .needs = {kube::Resource::pods}, .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets, kube::Resource::services}, .precedence = 30,
     .doc = {.meaning = "The program answers its readiness probe, and the answer is no success: an HTTP error status, NOT_SERVING of gRPC, or another protocol than the probe speaks.",
             .why_it_matters = "No Service sends requests to the pod.",
             .how_it_is_found = "The newest failure of the probe names a status of 400 or above or gRPC's answer, or says that HTTP and HTTPS are mixed up.",
             .what_to_do = "404: compare the path of the probe.\n401 or 403: the probe needs a path without login.\nHTTP and HTTPS mixed up: correct the scheme of the probe.\n5xx: the program says itself that it cannot serve; read its log.",
             .false_positives = "none known",
             .see_also = "KD1010 KD3001"}},
    check};

} // namespace kdiag::rules::readiness
