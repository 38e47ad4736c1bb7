// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace kdiag::rules {

/// A rule that was not run, or not with all it could use.
struct Skipped {
    facts::Gap gap;
    std::vector<std::string> rules; ///< ids; empty when the gap only weakens answers
};

/// How long a rule took. What several rules share counts for the first that asks for it.
struct RuleTime {
    const RuleInfo* rule;
    std::int64_t microseconds = 0;
};

/// Microseconds of a clock that only goes forward.
using Stopwatch = std::function<std::int64_t()>;

struct Outcome {
    /// Root causes by severity, each followed by what it causes.
    std::vector<Finding> findings;
    std::vector<Skipped> skipped;
    std::size_t rules_run = 0;
    std::vector<RuleTime> times; ///< of the rules that ran, in their order; empty without a stopwatch
};

/// Runs the rules, keeps the most specific explanation of each container, folds replicas and shared causes into one finding,
/// links consequences to causes and sorts. Deterministic: the same snapshot gives the same bytes, but for the times that `stopwatch` takes.
Outcome diagnose(const facts::Snapshot& facts, std::span<const Rule* const> rules, Timestamp now, const Stopwatch& stopwatch = {});

/// What the collector has to read for these rules.
kube::ResourceSet needs_of(std::span<const Rule* const> rules);

/// The stable identity of a finding (ux.md 3.11): 16 hex digits over rule, namespace, top owner, container and discriminator.
std::string fingerprint(const Finding& finding);

} // namespace kdiag::rules
