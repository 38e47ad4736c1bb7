// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"
#include "rules/finding.hpp"

#include <algorithm>

namespace kdiag::rules {

inline bool is_ready(const kube::Pod& pod) {
    const auto* condition = kube::find_condition(pod.status.conditions, "Ready");
    return condition && condition->status == "True" && pod.status.phase == "Running" && !pod.meta.deleted;
}

/// Whether some pod of the workload behind a pod is ready; false for a pod on its own that is not.
inline bool workload_has_ready_pod(const facts::Snapshot& facts, const kube::Pod& pod) {
    const auto pods = facts.pods_of_workload(facts.top_owner(pod));
    return std::any_of(pods.begin(), pods.end(), [](const kube::Pod* other) { return is_ready(*other); });
}

/// How bad a pod that does not run is: critical when it leaves a serving workload (not a Job) without one ready pod, else error.
inline Severity severity_of_lost_pod(const facts::Snapshot& facts, const kube::Pod& pod) {
    const auto top = facts.top_owner(pod);
    const bool serves =
        top.kind == kube::Deployment::k_kind || top.kind == kube::StatefulSet::k_kind || top.kind == kube::ReplicaSet::k_kind;
    return serves && !workload_has_ready_pod(facts, pod) ? Severity::critical : Severity::error;
}

} // namespace kdiag::rules
