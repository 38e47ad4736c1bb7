// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/common/youth.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

constexpr Duration k_patience = Duration::minutes(5);

std::vector<const kube::Pod*> pods_of(const facts::Snapshot& facts, const kube::PodDisruptionBudget& budget) {
    return budget.spec.selector ? facts.pods_matching(budget.meta.namespace_name, *budget.spec.selector) : std::vector<const kube::Pod*>{};
}

/// A node that is being drained, or at least is closed, and holds one of the pods; null when there is none.
const kube::Node* draining_node(const facts::Snapshot& facts, const std::vector<const kube::Pod*>& pods) {
    for (const auto* pod : pods) {
        const auto* node = pod->spec.node_name.empty() ? nullptr : facts.find<kube::Node>({}, pod->spec.node_name);
        if (node != nullptr && node->spec.unschedulable) return node;
    }
    return nullptr;
}

const kube::Condition* failed_sync(const kube::PodDisruptionBudget& budget) {
    const auto* condition = kube::find_condition(budget.status.conditions, "DisruptionAllowed");
    return condition != nullptr && condition->reason == "SyncFailed" ? condition : nullptr;
}

/// Why the budget stands in the way now, or would for ever; empty for the ordinary budget that just has no room to spare.
std::string cause_of(const RuleContext& context, const kube::PodDisruptionBudget& budget, const std::vector<const kube::Pod*>& pods) {
    const auto& status = budget.status;
    if (const auto* sync = failed_sync(budget); sync != nullptr && !is_younger(context, sync->changed, k_patience))
        return format("the controller cannot work it out: {}", sync->message);
    if (status.expected_pods == 0 || status.disruptions_allowed > 0) return {};
    if (status.desired_healthy > status.expected_pods)
        return format("it wants {} healthy pods and selects {}, so it never allows a pod to be moved", status.desired_healthy,
                      status.expected_pods);
    const auto* node = draining_node(context.facts, pods);
    if (node == nullptr) return {};
    if (status.current_healthy < status.desired_healthy)
        return format("node `{}` is closed for draining, and only {} of the {} pods that have to be healthy are", node->meta.name,
                      status.current_healthy, status.desired_healthy);
    return format("node `{}` is closed for draining, and all {} pods have to stay healthy", node->meta.name, status.expected_pods);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& budget : context.facts.all<kube::PodDisruptionBudget>()) {
        const auto pods = pods_of(context.facts, budget);
        const std::string cause = budget.meta.deleted ? std::string() : cause_of(context, budget, pods);
        if (cause.empty()) continue;
        const auto& status = budget.status;
        Finding finding;
        finding.subject = kube::ref_of(budget);
        finding.severity = Severity::warning;
        finding.title = format("{} allows no pod to be moved", finding.subject.display());
        finding.cause = cause;
        finding.evidence.push_back(
            field_evidence(".status.disruptionsAllowed", std::to_string(status.disruptions_allowed),
                           format("disruptionsAllowed {}: {} of {} pods healthy, {} have to be", status.disruptions_allowed,
                                  status.current_healthy, status.expected_pods, status.desired_healthy)));
        if (const auto* sync = failed_sync(budget)) finding.evidence.push_back(condition_evidence(*sync));
        for (const auto* pod : pods)
            if (!is_ready(*pod)) {
                finding.explained_by.push_back(kube::ref_of(*pod));
                finding.explained_by.push_back(context.facts.top_owner(*pod));
            }
        finding.impact = "a drain of a node with one of its pods waits without end";
        finding.remedies.push_back(
            {.text = "repair the pods that are not healthy, run one more, or loosen the budget",
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
     .uses = {kube::Resource::pods, kube::Resource::nodes, kube::Resource::replicasets},
     .precedence = 40,
     .doc = {.meaning = "A PodDisruptionBudget allows no disruption, and that stands in the way of something.",
             .why_it_matters = "Draining a node waits without end, and with it upgrades of the cluster.",
             .how_it_is_found =
                 "disruptionsAllowed is 0, and a node with one of the pods is closed for draining; or more healthy pods are wanted than "
                 "there are pods at all, which can never be met; or the controller reports that it cannot work the budget out. A "
                 "budget that merely has no room to spare is somebody's choice.",
             .what_to_do = "Repair the pods that are not healthy.\nRun one replica more, or loosen the budget.\nunhealthyPodEvictionPolicy "
                           "AlwaysAllow lets broken pods be moved.",
             .see_also = "KD2008"}},
    check};

} // namespace kdiag::rules::workload
