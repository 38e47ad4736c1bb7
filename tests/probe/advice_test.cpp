// SPDX-License-Identifier: Apache-2.0
#include "probe/report.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::probe;

namespace {

const Timestamp k_start{1'000'000};

PodPlan slow_starter() {
    PodPlan plan{.restart_policy = "Always"};
    plan.containers.push_back({.name = "api", .running = true, .ready = true, .started = true, .started_at = k_start, .ready_at = k_start + Duration::seconds(18)});
    plan.probes.push_back({.kind = Kind::liveness, .container = "api", .check = HttpCheck{}});
    return plan;
}

} // namespace

TEST_CASE("an answer that comes too late, or nearly so, is advised on") {
    const PodPlan plan;
    const PlannedProbe probe{.kind = Kind::readiness, .container = "api", .check = HttpCheck{}};
    const auto late = measured_advice(plan, probe, {{.verdict = Verdict::failure, .took = {3'200'000}, .timed_out = true}});
    REQUIRE(late.size() == 1);
    CHECK(late[0].text == "the answer takes 3.20s, and timeoutSeconds is 1");
    const auto close = measured_advice(plan, probe, {{.verdict = Verdict::success, .took = {10}}, {.verdict = Verdict::success, .took = {700'000}}});
    REQUIRE(close.size() == 1);
    CHECK(contains(close[0].text, "700ms of the 1s"));
    CHECK(measured_advice(plan, probe, {{.verdict = Verdict::success, .took = {400'000}}}).empty());
    CHECK(measured_advice(plan, probe, {}).empty());
}

TEST_CASE("a login is no death, and a redirect elsewhere is no life") {
    const PodPlan plan;
    PlannedProbe probe{.kind = Kind::liveness, .container = "api", .check = HttpCheck{}};
    CHECK(contains(measured_advice(plan, probe, {judge_status(401, {})}).at(0).text, "alive"));
    CHECK(measured_advice(plan, probe, {judge_status(500, {})}).empty());
    CHECK(contains(measured_advice(plan, probe, {judge_status(302, {})}).at(0).text, "redirect"));
    probe.kind = Kind::readiness;
    CHECK(measured_advice(plan, probe, {judge_status(403, {})}).empty());
}

TEST_CASE("a host that is the node's own is advised on, unless the pod is on the node's network") {
    PodPlan plan;
    const PlannedProbe probe{.kind = Kind::liveness, .container = "api", .check = HttpCheck{.host = "127.0.0.1"}};
    CHECK(contains(measured_advice(plan, probe, {}).at(0).text, "host `127.0.0.1` is the node itself"));
    plan.host_network = true;
    CHECK(measured_advice(plan, probe, {}).empty());
}

TEST_CASE("a slow start without a startup probe is advised on, with one it is not") {
    auto plan = slow_starter();
    const auto advice = measured_advice(plan, plan.probes[0], {});
    REQUIRE(advice.size() == 1);
    CHECK(contains(advice[0].text, "took 18s to become ready, and liveness gives up 21s after"));
    plan.probes.push_back({.kind = Kind::startup, .container = "api", .check = HttpCheck{}});
    CHECK(measured_advice(plan, plan.probes[0], {}).empty());
    plan = slow_starter();
    plan.containers[0].ready_at = k_start + Duration::seconds(6);
    CHECK(measured_advice(plan, plan.probes[0], {}).empty());
}

TEST_CASE("the worst round counts, and nothing asked is no success") {
    CHECK(worst({{.verdict = Verdict::success}, {.verdict = Verdict::failure}, {.verdict = Verdict::success}}) == Verdict::failure);
    CHECK(worst({{.verdict = Verdict::warning}}) == Verdict::warning);
    CHECK(worst({}) == Verdict::unknown);
    Report report;
    report.rounds.push_back({.at = {}, .steps = {{.name = "dns", .state = StepState::good}}});
    CHECK(exit_code_of(report) == 0);
    report.rounds.push_back({.at = {}, .steps = {{.name = "dns", .state = StepState::good}, {.name = "tcp", .state = StepState::failed}, {.name = "http"}}});
    CHECK(exit_code_of(report) == 1);
    CHECK(report.rounds[1].telling()->name == "tcp");
    CHECK(report.rounds[0].telling()->name == "dns");
    Report replays;
    replays.replays.push_back({});
    CHECK(exit_code_of(replays) == 1);
}
