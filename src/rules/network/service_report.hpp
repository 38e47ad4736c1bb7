// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/service_state.hpp"
#include "rules/rule.hpp"

namespace kdiag::rules::network {

/// Whether this is the Service of the cluster's DNS, which has a rule of its own.
bool is_cluster_dns(const kube::Service& service);
/// Makes everything that may keep the pods of a Service from being ready the explanation of a finding: pods, their workloads, the
/// workloads that should have made some.
void explain_by_pods(const RuleContext& context, const kube::Service& service, const ServiceState& state, Finding& finding);
/// Whether the Service has been without a ready pod for longer than a start takes.
bool has_been_down(const RuleContext& context, const kube::Service& service, const ServiceState& state);
/// Since when none of the pods is ready, as far as their conditions tell.
Timestamp down_since(const ServiceState& state);

} // namespace kdiag::rules::network
