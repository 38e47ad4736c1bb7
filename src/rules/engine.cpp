// SPDX-License-Identifier: Apache-2.0
#include "rules/engine.hpp"

#include "rules/causality.hpp"
#include "rules/folding.hpp"
#include "util/digest.hpp"

#include <algorithm>
#include <numeric>
#include <optional>

namespace kdiag::rules {

namespace {

/// Whether a gap hides all of a resource, so that a rule that needs it cannot speak.
bool hides(const facts::Gap& gap, kube::Resource resource) {
    return gap.resource == resource && !gap.partial;
}

std::vector<Skipped> skipped_by(const facts::Snapshot& facts, std::span<const Rule* const> rules) {
    std::vector<Skipped> skipped;
    for (const auto& gap : facts.gaps()) {
        Skipped entry{.gap = gap, .rules = {}};
        bool concerns = gap.partial;
        for (const Rule* rule : rules) {
            if (rule->info.needs.has(gap.resource) && !gap.partial) entry.rules.emplace_back(rule->info.id);
            concerns = concerns || rule->info.needs.has(gap.resource) || rule->info.uses.has(gap.resource);
        }
        if (concerns) skipped.push_back(std::move(entry));
    }
    return skipped;
}

bool can_run(const facts::Snapshot& facts, const Rule& rule) {
    if (!facts.gaps().empty())
        for (const auto& gap : facts.gaps())
            for (std::size_t i = 0; i < kube::k_resource_count; ++i) {
                const auto resource = static_cast<kube::Resource>(i);
                // Objects that were read in some namespaces can be judged; what is missing is in the gap.
                if (rule.info.needs.has(resource) && hides(gap, resource) && !facts.was_read(resource)) return false;
            }
    return true;
}

/// Positions of the rules, those that displace others first.
std::vector<std::size_t> by_precedence(std::span<const Rule* const> rules) {
    std::vector<std::size_t> order(rules.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rules[a]->info.precedence > rules[b]->info.precedence; });
    return order;
}

} // namespace

Outcome diagnose(const facts::Snapshot& facts, std::span<const Rule* const> rules, Timestamp now, const Stopwatch& stopwatch) {
    const RuleContext context{facts, now};
    Outcome outcome;
    std::vector<std::optional<RuleTime>> times(rules.size());
    std::vector<std::vector<Finding>> found(rules.size());
    MostSpecific most_specific;
    for (const std::size_t at : by_precedence(rules)) {
        const Rule& rule = *rules[at];
        if (!can_run(facts, rule)) continue;
        ++outcome.rules_run;
        FindingSink sink(rule.info, facts);
        context.searches->clear();
        const std::int64_t started = stopwatch ? stopwatch() : 0;
        rule.check(context, sink);
        if (stopwatch) times[at] = RuleTime{&rule.info, stopwatch() - started};
        // Before the next rule runs: a thousand broken replicas are never held as findings of several rules at once.
        found[at] = fold(most_specific.keep(std::move(sink).take()), facts);
    }
    context.analyses->clear();
    std::vector<Finding> findings;
    for (auto& of_rule : found) std::move(of_rule.begin(), of_rule.end(), std::back_inserter(findings));
    for (const auto& time : times)
        if (time) outcome.times.push_back(*time);
    link_causes(findings);
    outcome.findings = order_by_cause(std::move(findings));
    outcome.skipped = skipped_by(facts, rules);
    return outcome;
}

kube::ResourceSet needs_of(std::span<const Rule* const> rules) {
    kube::ResourceSet needs;
    for (const Rule* rule : rules) {
        needs.add(rule->info.needs);
        needs.add(rule->info.uses);
    }
    return needs;
}

std::string fingerprint(const Finding& finding) {
    const kube::ObjectRef& about = !finding.shared.empty() ? finding.shared : !finding.owner.empty() ? finding.owner : finding.subject;
    std::string text = "v1";
    const std::string container = finding.shared.empty() ? finding.subject.container : std::string();
    for (const std::string& part : {std::string(finding.rule->id), about.namespace_name, about.kind + "/" + about.name, container, finding.discriminator}) {
        text += '\0';
        text += part;
    }
    return sha256_hex(text).substr(0, 16);
}

} // namespace kdiag::rules
