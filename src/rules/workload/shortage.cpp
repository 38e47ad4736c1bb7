// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/shortage.hpp"

#include "rules/common/workload_health.hpp"
#include "rules/common/youth.hpp"

#include <algorithm>

namespace kdiag::rules::workload {

namespace {
constexpr Duration k_settling = Duration::minutes(2);
}

void explain_by_pods(const RuleContext& context, const kube::ObjectRef& workload, Finding& finding) {
    finding.explained_by.push_back(workload);
    for (const auto* pod : context.facts.pods_of_workload(workload)) {
        if (is_ready(*pod)) continue;
        finding.explained_by.push_back(kube::ref_of(*pod));
        if (!pod->spec.node_name.empty()) finding.explained_by.push_back({.kind = "Node", .name = std::string(pod->spec.node_name)});
    }
}

bool is_settling(const RuleContext& context, const kube::ObjectRef& workload, const kube::ObjectMeta& meta) {
    if (is_younger(context, meta.created, k_settling)) return true;
    const auto pods = context.facts.pods_of_workload(workload);
    return std::any_of(pods.begin(), pods.end(),
                       [&](const kube::Pod* pod) { return !is_ready(*pod) && is_younger(context, pod->meta.created, k_settling); });
}

bool is_superseded(const RuleContext& context, const kube::Job& job) {
    const auto* owner = job.meta.controller();
    if (owner == nullptr || owner->kind != kube::CronJob::k_kind) return false;
    for (const auto* other : context.facts.jobs_owned_by({.kind = std::string(owner->kind),
                             .namespace_name = std::string(job.meta.namespace_name),
                             .name = std::string(owner->name),
                             .uid = std::string(owner->uid)}))
        if (other->meta.created > job.meta.created && other->status.succeeded > 0) return true;
    return false;
}

} // namespace kdiag::rules::workload
