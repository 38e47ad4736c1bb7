// SPDX-License-Identifier: Apache-2.0
#include "rules/engine.hpp"

#include "rules/causality.hpp"
#include "rules/folding.hpp"
#include "util/digest.hpp"

#include <algorithm>
#include <map>

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

} // namespace

Outcome diagnose(const facts::Snapshot& facts, std::span<const Rule* const> rules, Timestamp now, const Stopwatch& stopwatch) {
    const RuleContext context{facts, now};
    Outcome outcome;
    std::vector<Finding> findings;
    for (const Rule* rule : rules) {
        if (!can_run(facts, *rule)) continue;
        ++outcome.rules_run;
        FindingSink sink(rule->info, facts);
        context.searches->clear();
        const std::int64_t started = stopwatch ? stopwatch() : 0;
        rule->check(context, sink);
        if (stopwatch) outcome.times.push_back({&rule->info, stopwatch() - started});
        auto found = std::move(sink).take();
        std::move(found.begin(), found.end(), std::back_inserter(findings));
    }
    findings = keep_most_specific(std::move(findings));
    findings = fold(std::move(findings), facts);
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
