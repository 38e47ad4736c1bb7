// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

namespace kdiag::rules {

namespace scheduling {
extern const Rule k_unschedulable, k_volume_zone_conflict, k_taint_not_tolerated, k_scheduling_gate, k_node_selector_matches_nothing,
    k_pod_anti_affinity_unsatisfiable, k_pod_affinity_unsatisfiable, k_host_port_taken, k_topology_spread_unsatisfiable, k_scheduler_absent,
    k_volume_claim_not_ready, k_extended_resource_missing, k_no_schedulable_node, k_node_never_took_pod, k_volume_attach_limit,
    k_insufficient_resources, k_node_not_ready, k_node_disk_pressure, k_node_memory_pressure, k_kubelet_version_skew, k_node_pid_pressure,
    k_node_network_unavailable, k_node_problem_detected;
} // namespace scheduling

RuleList scheduling_rules() {
    using namespace scheduling;
    static const Rule* const rules[] = {
        &k_unschedulable, // KD1201
        &k_volume_zone_conflict,
        &k_taint_not_tolerated,
        &k_scheduling_gate,
        &k_node_selector_matches_nothing, // KD1206
        &k_pod_anti_affinity_unsatisfiable,
        &k_pod_affinity_unsatisfiable,
        &k_host_port_taken,
        &k_topology_spread_unsatisfiable,
        &k_scheduler_absent,
        &k_volume_claim_not_ready,
        &k_extended_resource_missing,
        &k_no_schedulable_node,
        &k_node_never_took_pod,
        &k_volume_attach_limit,
        &k_insufficient_resources, // KD1217
        &k_node_not_ready,         // KD5001
        &k_node_disk_pressure,
        &k_node_memory_pressure,
        &k_kubelet_version_skew,
        &k_node_pid_pressure,
        &k_node_network_unavailable,
        &k_node_problem_detected,
    };
    return rules;
}

} // namespace kdiag::rules
