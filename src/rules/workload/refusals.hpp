// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"
#include "rules/workload/admission_message.hpp"

#include <vector>

namespace kdiag::rules::workload {

/// A controller whose pods are refused by the API server.
struct Refused {
    kube::ObjectRef controller; ///< ReplicaSet, StatefulSet, DaemonSet, Job, CronJob, or a Deployment whose ReplicaSets were not read
    kube::ObjectRef top;        ///< the Deployment or CronJob above it, or itself
    std::string message;
    std::string path; ///< of the message, when it stands in a condition
    const kube::Event* event = nullptr;
    AdmissionMessage parsed = {};
    std::int64_t wanted = 0, existing = 0;
};

/// Controllers that still lack pods because creating them is refused, for one of the reasons.
std::vector<Refused> find_refused(const RuleContext& context, std::initializer_list<Refusal> reasons);
/// Subject (the controller), owner, severity, times, how many pods are missing, the message.
Finding begin(const Refused& refused);
/// `kubectl -n shop edit deployment/web`, for the workload whose template is at fault; a Job can only be looked at.
std::string edit_command(const Refused& refused);

/// What every rule about refused pods looks at.
inline constexpr kube::ResourceSet k_refusal_uses{kube::Resource::events,     kube::Resource::deployments, kube::Resource::statefulsets,
                                                  kube::Resource::daemonsets, kube::Resource::jobs,        kube::Resource::cronjobs};

} // namespace kdiag::rules::workload
