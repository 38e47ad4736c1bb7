// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_report.hpp"

namespace kdiag::rules::scheduling {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    check_pressure(context, sink,
                   {.condition = "MemoryPressure",
                    .scarce = "memory",
                    .advice = "find the pods that use more memory than they request; then raise their requests or add memory"});
}

} // namespace

extern const Rule k_node_memory_pressure{
    {.id = "KD5003",
     .name = "node-memory-pressure",
     .title = "a node runs out of memory",
     .category = "node",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::warning,
     .needs = {kube::Resource::nodes},
     .uses = {kube::Resource::pods, kube::Resource::events, kube::Resource::daemonsets},
     .precedence = 35,
     .doc = {.meaning = "The kubelet has less available memory than its eviction threshold.",
             .why_it_matters = "No new pods are placed on the node, and the kubelet evicts pods to get out of it.",
             .how_it_is_found =
                 "The condition MemoryPressure of the node is True, and the node still reports. The condition stays for at least five "
                 "minutes after the pressure has ended. Evicted pods that are still listed on the node raise the severity.",
             .what_to_do = "Compare the use of the pods on the node with their requests.\nRaise requests to typical use, so that the "
                           "scheduler spreads them.\nAdd memory or nodes.",
             .false_positives = "An eviction threshold that is set far too high gives the same condition with plenty left.",
             .see_also = "KD1502 KD5001"}},
    check};

} // namespace kdiag::rules::scheduling
