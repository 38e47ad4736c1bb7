// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/engine.hpp"

#include <optional>
#include <string>
#include <vector>

namespace kdiag::report {

enum class Verdict { healthy, degraded, failing, unknown };
std::string_view to_string(Verdict verdict);

struct Counts {
    std::size_t critical = 0, error = 0, warning = 0, info = 0, suppressed = 0;
};

/// `coverage.skipped`.
struct SkippedCheck {
    std::string reason, detail;
    std::vector<std::string> rules;
    std::string namespace_name;
    std::string needs_verb, needs_group, needs_resource, needs_subresource; ///< empty verb: no permission is missing
};

/// Objects checked of one kind, for the last line: `6 deployments`.
struct Checked {
    std::string what;
    std::size_t count = 0;
};

/// Everything that a renderer may print. Plain data, complete, in its final order; nothing refers to the snapshot.
struct Report {
    std::string command = "diagnose";
    Timestamp started_at, now;
    std::int64_t duration_ms = 0;
    std::vector<std::string> targets, namespaces;
    std::string selector;
    std::string fail_on = "error";
    int exit_code = 0;

    std::string source = "live", context, server, server_version, path;

    Verdict verdict = Verdict::unknown;
    bool complete = true;
    std::string headline;
    Counts counts;
    std::vector<std::string> root_causes; ///< ids, in the order of `findings`
    std::size_t objects_checked = 0, rules_run = 0;
    std::vector<Checked> checked;
    std::vector<rules::Finding> findings;
    std::vector<SkippedCheck> skipped;
    std::uint64_t api_requests = 0, log_requests = 0, bytes_received = 0, retries = 0;
    std::vector<rules::RuleTime> rule_times; ///< when they were taken
};

/// The run's half of a report: what was asked, where, when.
struct Run {
    std::string command = "diagnose";
    Timestamp started_at, now;
    std::vector<std::string> targets, namespaces;
    std::string selector, fail_on = "error";
    rules::Severity floor = rules::Severity::info; ///< `--severity`: findings below are left out
};

/// Joins a run and what the engine found: verdict, headline, counts, root causes.
Report make_report(const Run& run, rules::Outcome outcome, const facts::Snapshot& facts);

} // namespace kdiag::report
