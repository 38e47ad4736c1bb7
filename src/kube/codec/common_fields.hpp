// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/codec/field.hpp"

namespace kdiag::kube {

// One struct, several messages: the tables beside type_of<T>() that more than one file uses.

/// The conditions of namespaces and disruption budgets (metav1.Condition).
const StructType& condition();
/// Of pods, claims and jobs, with lastProbeTime.
const StructType& probed_condition();
/// Of nodes, with lastHeartbeatTime.
const StructType& node_condition();
/// Of deployments, with lastUpdateTime.
const StructType& deployment_condition();
/// Of the other workloads and of autoscalers, which number theirs otherwise.
const StructType& workload_condition();

/// Container with targetContainerName.
const StructType& ephemeral_container();
/// SecurityContext of a whole pod.
const StructType& pod_security_context();

} // namespace kdiag::kube
