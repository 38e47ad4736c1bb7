// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/verdict.hpp"

#include <string>
#include <vector>

namespace kdiag::probe {

/// Something about a probe's settings or its answer that invites trouble. `rule` when a rule of the catalogue says it.
struct Advice {
    std::string rule; ///< `KD1309`, or empty
    std::string text, help;
};

/// What the kubelet last said about a probe, from its events.
struct KubeletWord {
    std::string message; ///< `Liveness probe failed: ...`
    Timestamp first, last;
    std::int64_t count = 1;
};

/// One declared probe, replayed.
struct Replay {
    PlannedProbe probe;
    std::string target;  ///< `GET http :8080/ready`, as it is declared
    std::string timing;  ///< `every 10s, 1s timeout, ...`
    std::string way;     ///< how it was asked: `nc in container `api``, `port-forward`; empty: it was not
    std::vector<Outcome> outcomes; ///< one a round; none: not asked
    std::string consequence, idle;
    std::vector<KubeletWord> kubelet;
    std::vector<Advice> advice;
    std::vector<std::string> notes; ///< about the way: what it cannot see
};

enum class StepState { good, failed, not_tried };

/// One step towards a target: `dns`, `tcp`, `tls`, `http`, `grpc`, `endpoints`.
struct Step {
    std::string name;
    StepState state = StepState::not_tried;
    std::string text; ///< `10.96.4.12:80  connection refused`
    Microseconds took;
    bool timed = false;
    std::vector<std::string> notes = {};
};

/// The steps once through.
struct Round {
    Timestamp at;
    std::vector<Step> steps;

    bool good() const;
    /// The step that failed, or the last one.
    const Step* telling() const;
    Microseconds took() const;
};

/// A finding of the rules engine that explains the step that failed.
struct Behind {
    std::string rule, title, object, cause;
};

/// What `kdiag probe` found; complete, plain, in its order.
struct Report {
    std::string context, namespace_name;
    std::string target; ///< as it was given
    std::string object; ///< `Pod/web-1`, `Service/web`; empty for a URL
    std::string from;   ///< `Pod/web-7c9`, `here`
    std::string way;    ///< `nc in container `web``, `port-forward`; empty from here
    Timestamp started_at;
    std::int64_t duration_ms = 0;
    int exit_code = 0;
    std::vector<Replay> replays; ///< of the pod's own probes
    std::vector<Round> rounds;   ///< of the steps; a report has one or the other
    std::vector<Behind> behind;
    std::vector<std::string> notes;
};

/// The host that a check connects to; empty: a command, or nothing.
std::string host_of(const Check& check);
bool is_loopback(std::string_view host);
/// What the measured answers say about the settings; rules cannot know it, for they do not measure.
std::vector<Advice> measured_advice(const PodPlan& plan, const PlannedProbe& probe, const std::vector<Outcome>& outcomes);
/// The worst of several rounds: one failure among successes is what people look for.
Verdict worst(const std::vector<Outcome>& outcomes);
/// 0: everything that was asked succeeded; 1: something failed or could not be asked.
int exit_code_of(const Report& report);

} // namespace kdiag::probe
