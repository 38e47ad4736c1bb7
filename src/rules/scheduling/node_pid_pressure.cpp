// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_report.hpp"

namespace kdiag::rules::scheduling {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    check_pressure(context, sink,
                   {.condition = "PIDPressure",
                    .scarce = "process ids",
                    .advice = "find the pods with runaway processes, and limit them with the kubelet's podPidsLimit"});
}

} // namespace

extern const Rule k_node_pid_pressure{
    {.id = "KD5005",
     .name = "node-pid-pressure",
     .title = "a node runs out of process ids",
     .category = "node",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::warning,
     .needs = {kube::Resource::nodes},
     .uses = {kube::Resource::pods, kube::Resource::events, kube::Resource::daemonsets},
     .precedence = 30,
     .doc = {.meaning = "The kubelet has fewer free process ids than its eviction threshold.",
             .why_it_matters = "No new pods are placed on the node, and the kubelet evicts pods to get out of it.",
             .how_it_is_found =
                 "The condition PIDPressure of the node is True, and the node still reports. The condition stays for at least five minutes "
                 "after the pressure has ended. Evicted pods that are still listed on the node raise the severity.",
             .what_to_do =
                 "Find the workload whose processes multiply.\nSet podPidsLimit on the kubelet.\nUse an init process that reaps zombies.",
             .false_positives = "An eviction threshold that is set far too high gives the same condition with plenty left.",
             .see_also = "KD1502 KD5001"}},
    check};

} // namespace kdiag::rules::scheduling
