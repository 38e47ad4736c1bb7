// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "probe/plan.hpp"

#include <string>
#include <string_view>

namespace kdiag::probe {

/// As the kubelet's prober has them (pkg/probe): a warning counts as success, what is unknown is thrown away.
enum class Verdict { success, warning, failure, unknown };
/// `success`, `warning`, `failure`, `unknown`.
std::string_view to_string(Verdict verdict);
inline bool counts_as_success(Verdict verdict) {
    return verdict == Verdict::success || verdict == Verdict::warning;
}

/// Fine enough for an answer from the same machine.
struct Microseconds {
    std::int64_t count = 0;
    auto operator<=>(const Microseconds&) const = default;
};
/// `<1ms`, `12ms`, `1.20s`.
std::string to_text(Microseconds time);

/// What one replay of a probe found.
struct Outcome {
    Verdict verdict = Verdict::unknown;
    std::string message; ///< what the kubelet would say, or close to it; empty for a plain success
    Microseconds took;
    bool timed_out = false;
    bool answered = true; ///< late or not; false: `took` is only how long it was waited for
};

/// How the kubelet judges the last answer of an HTTP probe. 300 to 399 is what was not followed.
Outcome judge_status(int status, Microseconds took);
/// How it judges a command that ended.
Outcome judge_exit(int code, std::string_view output, Microseconds took);
/// A command that did not end in time.
Outcome command_timed_out(const ExecCheck& check, std::int64_t timeout, Microseconds took);

/// What an HTTP client of the kubelet's kind does after an answer (Go's net/http, RedirectChecker of pkg/probe/http).
struct Redirect {
    enum class What { answer, follow, elsewhere, too_many };
    What what = What::answer; ///< `answer`: judge the status; `elsewhere`: another host, which the kubelet does not ask
    std::string url;          ///< to follow, or where it points
    bool keep_host = false;   ///< the probe's own Host header is sent again: the location names no host
};
/// `followed`: how many redirects were followed before this answer.
Redirect redirect_of(const std::string& first_url, const std::string& url, int status, std::string_view location, int followed);
/// A reference in an answer against the URL that was asked (RFC 3986 5.2).
std::string resolve_reference(std::string_view base, std::string_view reference);

/// What the kubelet would do if every probe ended like this one, in a sentence. Empty: nothing.
std::string consequence(const PodPlan& plan, const PlannedProbe& probe, Verdict verdict);
/// Why the kubelet does not run this probe now; empty: it does.
std::string why_idle(const PodPlan& plan, const PlannedProbe& probe);

} // namespace kdiag::probe
