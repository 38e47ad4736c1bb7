// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"
#include "rules/finding.hpp"

#include <map>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

namespace kdiag::rules {

/// Where a finding stands between cause and consequence. Of two findings about one object, the lower stage explains the higher.
enum class Stage {
    infrastructure, ///< node, registry, storage class, webhook, quota
    object,         ///< ConfigMap, Secret, claim, manifest
    scheduling,     ///< why a pod has no node
    container,      ///< why a container does not run, or keeps ending
    readiness,      ///< why a running container is not ready
    workload,       ///< rollout, replicas, job
    service,
    edge,           ///< ingress, autoscaler: what hangs on services and workloads
};

/// The playbook's five scenarios, and `other` for what stands around them.
enum class Scenario { pending, waiting, crash_loop, running_but_broken, service_without_endpoints, other };
std::string_view to_string(Scenario scenario);

/// The manual page of a rule; every part is complete sentences.
struct RuleDoc {
    std::string_view meaning;         ///< what is wrong, in one or two sentences
    std::string_view why_it_matters;
    std::string_view how_it_is_found; ///< fields, events and logs, and how near misses are told apart
    std::string_view what_to_do;      ///< steps, one a line
    std::string_view false_positives = "none known";
    std::string_view see_also = "";   ///< ids, separated by blanks
};

struct RuleInfo {
    std::string_view id;   ///< `KD1003`
    std::string_view name; ///< `container-oom-killed`: names the bad thing
    std::string_view title; ///< one line for the list of rules
    std::string_view category; ///< container, image, scheduling, probe, config, termination, workload, network, storage, node, access
    Scenario scenario = Scenario::other;
    Stage stage = Stage::container;
    Severity severity = Severity::error; ///< the usual one; a finding may differ
    /// Without these the rule is not run, and the report says so.
    kube::ResourceSet needs = {};
    /// Better answers with these; the rule runs without them.
    kube::ResourceSet uses = {};
    /// Of findings of one stage about the same object and container only those of the highest precedence stay: the specific
    /// explanation (OOM killed: 50) displaces the general one (crash loop: 10).
    int precedence = 10;
    /// Best-practice rules are off unless selected.
    bool best_practice = false;
    RuleDoc doc;
};

/// What a rule may look at. There is nothing else: no clock, no environment, no I/O.
struct RuleContext {
    const facts::Snapshot& facts;
    Timestamp now;

    /// How long ago, never negative.
    Duration age(Timestamp time) const { return time && time < now ? now - time : Duration{}; }

    /// What several rules need of the same snapshot, worked out by the first that asks. It depends on nothing else, so rules stay pure.
    template <class T> const T& once(T (*analyse)(const RuleContext&)) const {
        auto& slot = (*analyses)[reinterpret_cast<void (*)()>(analyse)]; // a map, whose slots stay where they are while another is filled
        if (!slot) slot = std::make_shared<const T>(analyse(*this));
        return *static_cast<const T*>(slot.get());
    }

    /// Whether another search through all that a namespace holds may be made for a hint: by each rule a few in each namespace, so that what
    /// is missing a thousand times is not compared with a thousand names each time.
    bool may_search(std::string_view namespace_name) const { return (*searches)[namespace_name]++ < k_most_searches; }

    static constexpr std::size_t k_most_searches = 64;
    using Searches = std::map<std::string_view, std::size_t>;
    std::shared_ptr<Searches> searches = std::make_shared<Searches>();
    using Analyses = std::map<void (*)(), std::shared_ptr<const void>>;
    std::shared_ptr<Analyses> analyses = std::make_shared<Analyses>();
};

/// Takes findings; fills in what every finding needs (rule, severity when not set by the rule, owner of a pod).
class FindingSink {
public:
    FindingSink(const RuleInfo& rule, const facts::Snapshot& facts) : m_rule(rule), m_facts(facts) {}
    /// A finding without evidence or title is a bug in the rule, and is refused loudly.
    void add(Finding finding);
    std::vector<Finding> take() && { return std::move(m_findings); }

private:
    const RuleInfo& m_rule;
    const facts::Snapshot& m_facts;
    std::vector<Finding> m_findings;
};

/// A rule is a pure function with a manual page.
struct Rule {
    RuleInfo info;
    void (*check)(const RuleContext& context, FindingSink& sink);
};

/// One family's rules, in the order of their ids.
using RuleList = std::span<const Rule* const>;

} // namespace kdiag::rules
