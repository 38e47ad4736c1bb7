// SPDX-License-Identifier: Apache-2.0
#include "probe/report.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::probe {

namespace {

const Outcome* slowest(const std::vector<Outcome>& outcomes) {
    const auto found = std::max_element(outcomes.begin(), outcomes.end(), [](const Outcome& a, const Outcome& b) { return a.took < b.took; });
    return found == outcomes.end() ? nullptr : &*found;
}

/// Seconds until the kubelet gives up on a probe that fails from the start.
std::int64_t patience(const Settings& settings) {
    return settings.initial_delay + (settings.failure_threshold - 1) * settings.period + settings.timeout;
}

void advise_on_time(const PlannedProbe& probe, const std::vector<Outcome>& outcomes, std::vector<Advice>& advice) {
    const auto* outcome = slowest(outcomes);
    if (outcome == nullptr || std::holds_alternative<TcpCheck>(probe.check)) return;
    const Microseconds timeout{probe.settings.timeout * 1'000'000};
    if (outcome->timed_out && outcome->answered && outcome->took > timeout)
        advice.push_back({.text = format("the answer takes {}, and timeoutSeconds is {}", to_text(outcome->took), probe.settings.timeout),
                          .help = "raise timeoutSeconds above that, or let the probe ask something cheaper"});
    else if (!outcome->timed_out && outcome->took.count * 2 > timeout.count && counts_as_success(outcome->verdict))
        advice.push_back({.text = format("the answer takes {} of the {}s that timeoutSeconds allows: a little load makes it fail", to_text(outcome->took), probe.settings.timeout),
                          .help = "raise timeoutSeconds, or let the probe ask something cheaper"});
}

/// The kubelet asks from the node.
void advise_on_host(const PodPlan& plan, const PlannedProbe& probe, std::vector<Advice>& advice) {
    const auto host = host_of(probe.check);
    if (plan.host_network || !is_loopback(host)) return;
    advice.push_back({.text = format("host `{}` is the node itself, not the pod: what answers there, if anything, is another program", host), .help = "leave host out: the pod's address is asked then"});
}

void advise_on_status(const PlannedProbe& probe, const Outcome& outcome, std::vector<Advice>& advice) {
    const bool refused_login = outcome.message.ends_with("statuscode: 401") || outcome.message.ends_with("statuscode: 403");
    if (refused_login && probe.kind != Kind::readiness)
        advice.push_back({.text = "an answer that asks for a login proves that the program is alive, and this probe restarts it for that", .help = "let it ask a path that needs no login"});
    if (outcome.verdict == Verdict::warning)
        advice.push_back({.text = "a redirect that is not followed counts as success, whatever is behind it", .help = "let the probe ask the path that answers by itself"});
}

/// A start that takes a good part of what liveness allows.
void advise_on_start(const PodPlan& plan, const PlannedProbe& probe, std::vector<Advice>& advice) {
    const auto* container = plan.container(probe.container);
    if (probe.kind != Kind::liveness || container == nullptr || !container->ready || !container->started_at || !container->ready_at) return;
    const bool has_startup = std::any_of(plan.probes.begin(), plan.probes.end(), [&](const PlannedProbe& other) { return other.kind == Kind::startup && other.container == probe.container; });
    const auto took = (container->ready_at - container->started_at).milliseconds / 1000;
    const auto most = patience(probe.settings);
    if (has_startup || took * 2 <= most || took < 5) return;
    advice.push_back({.text = format("there is no startup probe, the container took {}s to become ready, and liveness gives up {}s after a start", took, most),
                      .help = "add a startup probe with the same check and a failureThreshold that covers the slowest start"});
}

} // namespace

std::string host_of(const Check& check) {
    if (const auto* http = std::get_if<HttpCheck>(&check)) return http->host;
    if (const auto* tcp = std::get_if<TcpCheck>(&check)) return tcp->host;
    return {};
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool Round::good() const {
    return !steps.empty() && std::none_of(steps.begin(), steps.end(), [](const Step& step) { return step.state == StepState::failed; });
}

const Step* Round::telling() const {
    const Step* last = nullptr;
    for (const auto& step : steps) {
        if (step.state == StepState::failed) return &step;
        if (step.state == StepState::good) last = &step;
    }
    return last;
}

Microseconds Round::took() const {
    Microseconds sum;
    for (const auto& step : steps) sum.count += step.took.count;
    return sum;
}

Verdict worst(const std::vector<Outcome>& outcomes) {
    Verdict found = Verdict::success;
    for (const auto& outcome : outcomes) found = std::max(found, outcome.verdict);
    return outcomes.empty() ? Verdict::unknown : found;
}

std::vector<Advice> measured_advice(const PodPlan& plan, const PlannedProbe& probe, const std::vector<Outcome>& outcomes) {
    std::vector<Advice> advice;
    advise_on_time(probe, outcomes, advice);
    if (!outcomes.empty()) advise_on_status(probe, outcomes.back(), advice);
    advise_on_start(plan, probe, advice);
    advise_on_host(plan, probe, advice);
    return advice;
}

int exit_code_of(const Report& report) {
    const bool bad_replay = std::any_of(report.replays.begin(), report.replays.end(), [](const Replay& replay) { return !counts_as_success(worst(replay.outcomes)); });
    const bool bad_round = std::any_of(report.rounds.begin(), report.rounds.end(), [](const Round& round) { return !round.good(); });
    return bad_replay || bad_round ? 1 : 0;
}

} // namespace kdiag::probe
