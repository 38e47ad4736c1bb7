// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& budget : context.facts.all<kube::PodDisruptionBudget>()) {
        const auto& status = budget.status;
        // Healthy pods and no room is a choice somebody may have made; unhealthy pods that block a drain are a trap.
        if (status.expected_pods == 0 || status.disruptions_allowed > 0 || status.current_healthy >= status.desired_healthy) continue;
        Finding finding;
        finding.subject = kube::ref_of(budget);
        finding.title = format("{} allows no pod to be moved", finding.subject.display());
        finding.cause = format("{} of {} pods are healthy, and {} have to be: a node that holds one cannot be drained",
                               status.current_healthy, status.expected_pods, status.desired_healthy);
        finding.evidence.push_back({.text = format("disruptionsAllowed 0, {} healthy of {}", status.current_healthy, status.expected_pods),
                                    .path = ".status.disruptionsAllowed",
                                    .value = "0"});
        if (budget.spec.selector)
            for (const auto* pod : context.facts.pods_matching(budget.meta.namespace_name, *budget.spec.selector))
                finding.explained_by.push_back(kube::ref_of(*pod));
        finding.remedies.push_back(
            {.text = "repair the pods that are not healthy; unhealthyPodEvictionPolicy AlwaysAllow lets them be moved",
             .command = format("{} describe pdb {}", kubectl_in(budget.meta.namespace_name), shell_quote(budget.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_budget_blocks_drain{
    {.id = "KD2005",
     .name = "pdb-blocks-drain",
     .title = "a disruption budget allows no pod to be moved",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::edge,
     .severity = Severity::warning,
     .needs = {kube::Resource::poddisruptionbudgets},
     .uses = {kube::Resource::pods},
     .precedence = 10,
     .doc = {.meaning = "A PodDisruptionBudget allows no disruption because too few of its pods are healthy.",
             .why_it_matters = "Nodes that hold these pods cannot be drained, so upgrades stop.",
             .how_it_is_found = "disruptionsAllowed is 0 while fewer pods are healthy than the budget wants.",
             .what_to_do = "Repair the pods.\nSet unhealthyPodEvictionPolicy to AlwaysAllow.",
             .false_positives = "none known",
             .see_also = "KD2008"}},
    check};

} // namespace kdiag::rules::workload
