// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"
#include "rules/workload/admission_message.hpp"

#include <vector>

namespace kdiag::rules::workload {

/// A controller whose pods are refused by the API server.
struct Refused {
    kube::ObjectRef controller; ///< ReplicaSet, StatefulSet, DaemonSet or Job
    kube::ObjectRef top;        ///< the Deployment or CronJob above it, or itself
    std::string message;
    std::string path;           ///< of the message, when it stands in a condition
    const kube::Event* event = nullptr;
    AdmissionMessage parsed;
    std::int64_t wanted = 0, existing = 0;
};

/// Controllers that still lack pods because creating them is refused.
std::vector<Refused> find_refused(const RuleContext& context);
/// Subject (the controller), owner, severity, how many pods are missing, the message.
Finding begin(const RuleContext& context, const Refused& refused);

} // namespace kdiag::rules::workload
