// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_report.hpp"

namespace kdiag::rules::scheduling {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    check_pressure(context, sink,
                   {.condition = "DiskPressure",
                    .scarce = "disk space",
                    .advice = "find the pods that write much; then clean up images and logs on the node, or give it a larger disk"});
}

} // namespace

extern const Rule k_node_disk_pressure{
    {.id = "KD5002",
     .name = "node-disk-pressure",
     .title = "a node runs out of disk space or inodes",
     .category = "node",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::warning,
     .needs = {kube::Resource::nodes},
     .uses = {kube::Resource::pods, kube::Resource::events, kube::Resource::daemonsets},
     .precedence = 40,
     .doc = {.meaning = "The kubelet has less free disk space or inodes than its eviction threshold, on the file system of the node or of "
                        "the images.",
             .why_it_matters = "No new pods are placed on the node, and the kubelet evicts pods to get out of it.",
             .how_it_is_found =
                 "The condition DiskPressure of the node is True, and the node still reports. The condition stays for at least five "
                 "minutes after the pressure has ended. Evicted pods that are still listed on the node raise the severity.",
             .what_to_do = "See which file system is short in the events of the node.\nRemove unused images and large logs.\nSet requests "
                           "and limits for ephemeral-storage.\nGive the node a larger disk.",
             .false_positives = "An eviction threshold that is set far too high gives the same condition with plenty left.",
             .see_also = "KD1502 KD5001"}},
    check};

} // namespace kdiag::rules::scheduling
