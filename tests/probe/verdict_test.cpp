// SPDX-License-Identifier: Apache-2.0
#include "probe/verdict.hpp"
#include "util/strings.hpp"

#include <doctest/doctest.h>

using namespace kdiag;
using namespace kdiag::probe;

namespace {

PodPlan plan_with(ProbedContainer container) {
    PodPlan plan{.restart_policy = "Always"};
    container.name = "api";
    plan.containers.push_back(std::move(container));
    return plan;
}

PlannedProbe probe_of(Kind kind) {
    return {.kind = kind, .container = "api"};
}

} // namespace

TEST_CASE("statuses are judged as pkg/probe/http does") {
    CHECK(judge_status(200, {}).verdict == Verdict::success);
    CHECK(judge_status(299, {}).verdict == Verdict::success);
    CHECK(judge_status(302, {}).verdict == Verdict::warning);
    CHECK(judge_status(399, {}).verdict == Verdict::warning);
    CHECK(judge_status(199, {}).verdict == Verdict::failure);
    const auto failure = judge_status(503, {5});
    CHECK(failure.verdict == Verdict::failure);
    CHECK(failure.message == "HTTP probe failed with statuscode: 503");
}

TEST_CASE("commands are judged by their exit code, and quoted in 10 KiB") {
    CHECK(judge_exit(0, "fine\n", {}).verdict == Verdict::success);
    CHECK(judge_exit(2, " no such file \n", {}).message == "exit code 2: no such file");
    CHECK(judge_exit(1, "", {}).message == "exit code 1, without a word");
    CHECK(judge_exit(1, std::string(20'000, 'x'), {}).message.size() < 10'300);
    const auto late = command_timed_out({{"sleep", "9"}}, 1, {});
    CHECK(late.message == "command timed out: \"sleep 9\" timed out after 1s");
    CHECK(late.timed_out);
}

TEST_CASE("redirects: the same host is followed ten times, another host is not asked, whatever its port") {
    using What = Redirect::What;
    const std::string first = "http://10.0.0.7:8080/a/b?x=1";
    const auto what = [&](int status, std::string_view location, int followed = 0) { return redirect_of(first, first, status, location, followed); };
    CHECK(what(302, "/login").url == "http://10.0.0.7:8080/login");
    CHECK(what(302, "/login").keep_host);
    CHECK(what(307, "https://10.0.0.7:8443/").what == What::follow);
    CHECK(!what(307, "https://10.0.0.7:8443/").keep_host);
    CHECK(what(301, "http://shop.example/").what == What::elsewhere);
    CHECK(what(302, "//shop.example/x").url == "http://shop.example/x");
    CHECK(what(302, "/loop", 9).what == What::too_many);
    CHECK(what(302, "/loop", 8).what == What::follow);
    CHECK(what(302, "").what == What::answer);
    CHECK(what(304, "/x").what == What::answer);
    CHECK(what(200, "/x").what == What::answer);
    CHECK(redirect_of("http://[fd00::7]:80/", "http://[fd00::7]:80/", 302, "http://[fd00::7]:81/y", 0).what == What::follow);
}

TEST_CASE("references are resolved as RFC 3986 5.4 says") {
    const std::string base = "http://a/b/c/d;p?q";
    CHECK(resolve_reference(base, "g") == "http://a/b/c/g");
    CHECK(resolve_reference(base, "./g/") == "http://a/b/c/g/");
    CHECK(resolve_reference(base, "/g") == "http://a/g");
    CHECK(resolve_reference(base, "//g") == "http://g");
    CHECK(resolve_reference(base, "?y") == "http://a/b/c/d;p?y");
    CHECK(resolve_reference(base, "g?y#s") == "http://a/b/c/g?y");
    CHECK(resolve_reference(base, "../../g") == "http://a/g");
    CHECK(resolve_reference(base, "../../../g") == "http://a/g");
    CHECK(resolve_reference(base, "..") == "http://a/b/");
    CHECK(resolve_reference("http://a", "x") == "http://a/x");
}

TEST_CASE("what the kubelet does next") {
    const auto ready = plan_with({.running = true, .ready = true, .started = true});
    const auto unready = plan_with({.running = true, .ready = false, .started = true});
    const auto starting = plan_with({.running = true, .ready = false, .started = false});
    CHECK(consequence(ready, probe_of(Kind::liveness), Verdict::failure) == "within 30s (3 failures in a row, 10s apart) the kubelet kills and restarts the container");
    auto impatient = probe_of(Kind::liveness);
    impatient.settings.failure_threshold = 1;
    CHECK(consequence(ready, impatient, Verdict::failure) == "within 10s, at the first failure, the kubelet kills and restarts the container");
    auto never = ready;
    never.restart_policy = "Never";
    CHECK(contains(consequence(never, probe_of(Kind::liveness), Verdict::failure), "leaves ended"));
    CHECK(contains(consequence(ready, probe_of(Kind::readiness), Verdict::failure), "taken out of its Services"));
    CHECK(contains(consequence(unready, probe_of(Kind::readiness), Verdict::failure), "stays out"));
    auto startup = probe_of(Kind::startup);
    startup.settings.failure_threshold = 30;
    CHECK(consequence(starting, startup, Verdict::failure) == "the kubelet kills and restarts the container unless it succeeds once within 300s");
    CHECK(contains(consequence(ready, probe_of(Kind::liveness), Verdict::unknown), "never restarts"));
    CHECK(contains(consequence(unready, probe_of(Kind::readiness), Verdict::unknown), "never becomes ready"));
    CHECK(contains(consequence(starting, startup, Verdict::unknown), "never counts as started"));
    CHECK(consequence(ready, probe_of(Kind::liveness), Verdict::success).empty());
    CHECK(contains(consequence(unready, probe_of(Kind::readiness), Verdict::warning), "becomes ready"));
}

TEST_CASE("probes that the kubelet does not run now say why") {
    CHECK(why_idle(plan_with({.running = true, .started = true}), probe_of(Kind::liveness)).empty());
    CHECK(contains(why_idle(plan_with({.running = true, .started = false}), probe_of(Kind::liveness)), "startup probe"));
    CHECK(contains(why_idle(plan_with({.running = true, .started = true}), probe_of(Kind::startup)), "has started"));
    CHECK(contains(why_idle(plan_with({.state = "waiting: CrashLoopBackOff"}), probe_of(Kind::liveness)), "CrashLoopBackOff"));
    auto deleting = plan_with({.running = true, .started = true});
    deleting.deleting = true;
    CHECK(contains(why_idle(deleting, probe_of(Kind::liveness)), "deleted"));
    CHECK(why_idle(deleting, probe_of(Kind::readiness)).empty());
}

TEST_CASE("times are as long as needed") {
    CHECK(to_text(Microseconds{900}) == "<1ms");
    CHECK(to_text(Microseconds{12'345}) == "12ms");
    CHECK(to_text(Microseconds{1'204'000}) == "1.20s");
}
