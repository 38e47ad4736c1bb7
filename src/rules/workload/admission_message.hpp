// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::rules::workload {

/// Why the API server refuses to create a pod.
enum class Refusal {
    other,
    quota,              ///< used up
    quota_wants_values, ///< a quota over cpu or memory wants every container to say what it needs
    limit_range,
    pod_security,
    webhook_unreachable, ///< it could not be asked
    webhook_denied,      ///< it said no
    policy_denied,       ///< a ValidatingAdmissionPolicy, image policy or PodSecurityPolicy said no
    service_account_missing,
    runtime_class_missing,
    priority_class_missing,
    namespace_ending,
    forbidden, ///< RBAC: the controller may not create it
    invalid,
    transient, ///< the controller tries again and needs nobody
};

/// `pods: 1 more, 2 of 2 used`, as a quota counts.
struct QuotaLine {
    std::string resource, requested, used, limited;
};

struct AdmissionMessage {
    Refusal refusal = Refusal::other;
    std::string name = {};                    ///< of the quota, webhook, account, class, policy or namespace
    std::string service = {};                 ///< of a webhook that could not be asked: `policy-webhook.shop`
    std::string level = {};                   ///< of a Pod Security violation: `restricted:latest`
    std::string details = {};                 ///< what was violated, or why, in the words of the API server
    std::vector<std::string> violations = {}; ///< of Pod Security: `runAsNonRoot != true`, one a check
    std::vector<QuotaLine> quota = {};
    std::string field = {}; ///< of an invalid object: `spec.containers[0].image`
};

/// Reads the message of the event FailedCreate and of the condition ReplicaFailure (apiserver admission plugins, pod-security-admission).
AdmissionMessage parse_admission(std::string_view message);

} // namespace kdiag::rules::workload
