// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/scheduling/scheduler_message.hpp"

namespace kdiag::fuzz {

void fuzz_scheduler_message(std::string_view bytes) {
    const auto message = rules::scheduling::parse_scheduler_message(bytes);
    promise(!message.nodes_total || *message.nodes_total >= 0, "negative number of nodes");
    promise(is_inside(message.preemption, bytes), "preemption points outside of the message");
    for (const auto& refusal : message.refusals) {
        promise(!refusal.text.empty(), "empty reason");
        promise(is_inside(refusal.text, bytes) && is_inside(refusal.detail, bytes), "a reason points outside of the message");
        promise(!refusal.nodes || *refusal.nodes >= 0, "negative count");
    }
}

Seeds seeds_scheduler_message() {
    return {
        "0/3 nodes are available: 1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }, 2 Insufficient cpu. preemption: "
        "0/3 nodes are available: 1 Preemption is not helpful for scheduling, 2 No preemption victims found for incoming pod..",
        "0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.",
        "no nodes available to schedule pods",
        "0/4 nodes are available: 1 node(s) were unschedulable, 3 node(s) had volume node affinity conflict.",
        "running PreBind plugin \"VolumeBinding\": binding volumes: timed out waiting for the condition",
        "pod didn't trigger scale-up: 2 Insufficient memory, 1 max node group size reached",
        "persistentvolumeclaim \"data\" not found",
        "0/1 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
    };
}

} // namespace kdiag::fuzz
