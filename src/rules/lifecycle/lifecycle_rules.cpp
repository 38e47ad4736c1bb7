// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

namespace kdiag::rules {

namespace lifecycle {
extern const Rule k_stuck_terminating_finalizer, k_evicted, k_node_gone, k_slow_termination, k_namespace_stuck_terminating,
    k_out_of_resource, k_node_admission_refused, k_unexpected_admission_error, k_preempted, k_node_shutdown, k_pod_deadline_exceeded;
} // namespace lifecycle

RuleList lifecycle_rules() {
    using namespace lifecycle;
    static const Rule* const rules[] = {
        &k_stuck_terminating_finalizer, // KD1501
        &k_evicted,
        &k_node_gone,
        &k_slow_termination,
        &k_namespace_stuck_terminating,
        &k_out_of_resource, // KD1701
        &k_node_admission_refused,
        &k_unexpected_admission_error,
        &k_preempted,
        &k_node_shutdown,
        &k_pod_deadline_exceeded,
    };
    return rules;
}

} // namespace kdiag::rules
