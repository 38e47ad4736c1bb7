// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

#include <array>

namespace kdiag::rules {

namespace workload {

extern const Rule k_rollout_stuck;
extern const Rule k_replicas_blocked_by_quota;
extern const Rule k_admission_denied;
extern const Rule k_job_failed;
extern const Rule k_budget_blocks_drain;
extern const Rule k_autoscaler_cannot_scale;
extern const Rule k_cronjob_missed;
extern const Rule k_replicas_unavailable;
extern const Rule k_statefulset_blocked;
extern const Rule k_daemonset_not_everywhere;
extern const Rule k_pods_refused;
extern const Rule k_selector_template_mismatch;
extern const Rule k_runtime_class_refused;
extern const Rule k_priority_class_missing;
extern const Rule k_service_account_missing;
extern const Rule k_pod_forbidden_by_rbac;
extern const Rule k_webhook_unreachable;

} // namespace workload

RuleList workload_rules() {
    static const std::array rules = {
        &workload::k_rollout_stuck,          &workload::k_replicas_blocked_by_quota,
        &workload::k_admission_denied,       &workload::k_job_failed,
        &workload::k_budget_blocks_drain,    &workload::k_autoscaler_cannot_scale,
        &workload::k_cronjob_missed,         &workload::k_replicas_unavailable,
        &workload::k_statefulset_blocked,    &workload::k_daemonset_not_everywhere,
        &workload::k_pods_refused,           &workload::k_selector_template_mismatch,
        &workload::k_runtime_class_refused,
        &workload::k_priority_class_missing, &workload::k_service_account_missing,
        &workload::k_pod_forbidden_by_rbac,  &workload::k_webhook_unreachable,
    };
    return rules;
}

} // namespace kdiag::rules
