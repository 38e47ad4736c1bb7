// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/rule.hpp"

#include <string>
#include <vector>

namespace kdiag::rules {

/// Why a Service has no ready endpoint.
struct ServiceState {
    enum class Why { fine, exempt, nothing_matches, scaled_to_zero, not_ready, no_such_port } why = Why::fine;
    std::vector<const kube::Pod*> pods;  ///< that the selector matches and that are not finished
    std::size_t ready = 0;
    kube::ObjectRef scaled;              ///< the workload that has 0 replicas
    std::string words;                   ///< one clause for people: `Deployment/db is scaled to 0`
};

/// What is behind a Service, from its selector, the pods and the workloads of its namespace. Exempt: ExternalName, no selector.
ServiceState state_of(const facts::Snapshot& facts, const kube::Service& service);

/// A workload whose pods the selector would match, and its replicas.
struct MatchingWorkload {
    kube::ObjectRef ref;
    std::int64_t replicas = 0;
};
std::vector<MatchingWorkload> workloads_matching(const facts::Snapshot& facts, std::string_view namespace_name, const kube::TextMap& selector);

} // namespace kdiag::rules
