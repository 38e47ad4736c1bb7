// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/common/workload_templates.hpp"

#include <string>
#include <vector>

namespace kdiag::rules {

/// Why a Service has no ready endpoint.
struct ServiceState {
    enum class Why {
        fine,
        exempt,          ///< it needs no pods: ExternalName, no selector
        unknown,         ///< the pods were not read
        nothing_matches, ///< no pod and no workload has the labels
        scaled_to_zero,  ///< what would match has 0 replicas: on purpose
        finished,        ///< what matches has done its work: a Job's pods
        not_ready,       ///< pods match, or should exist, and none is ready
        no_such_port,    ///< pods are ready, and no port of the Service reaches them: targetPort is a name that they lack
    } why = Why::fine;
    std::vector<const kube::Pod*> pods; ///< that the selector matches and that are not finished
    std::size_t ready = 0;
    std::vector<MatchingWorkload> workloads; ///< whose template the selector matches; filled when no pod does
    kube::ObjectRef scaled;                  ///< the workload that has 0 replicas
    std::string words;                       ///< one clause for people: `Deployment/db is scaled to 0`

    /// Callers get no answer, whatever the reason.
    bool is_down() const { return why != Why::fine && why != Why::exempt && why != Why::unknown; }
};

/// What is behind a Service, from its selector, the pods and the workloads of its namespace: worked out once for all Services.
const ServiceState& state_of(const RuleContext& context, const kube::Service& service);
/// The same for one alone, where no rules run.
ServiceState state_of(const facts::Snapshot& facts, const kube::Service& service);

/// Whether the absence of pods is a fact. A recording holds no empty lists; one with the ReplicaSets of a namespace had its pods too.
bool knows_pods(const facts::Snapshot& facts);

} // namespace kdiag::rules
