// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace kdiag::rules::workload {

/// Why the API server refuses to create a pod.
enum class Refusal {
    other,
    quota,
    limit_range,
    pod_security,
    webhook_unreachable, ///< it could not be asked
    webhook_denied,      ///< it said no
    policy_denied,       ///< a ValidatingAdmissionPolicy said no
    service_account_missing,
    runtime_class_missing,
    priority_class_missing,
    namespace_ending,
    invalid,
};

struct AdmissionMessage {
    Refusal refusal = Refusal::other;
    std::string name;      ///< of the quota, webhook, account, class or policy
    std::string service;   ///< of a webhook that could not be asked: `policy-webhook.shop`
    std::string level;     ///< of a Pod Security violation: `restricted:latest`
    std::string details;   ///< what was violated, or what was asked and is used up
};

/// Reads the message of FailedCreate and of ReplicaFailure (apiserver, plugin/pkg/admission, pod-security-admission).
AdmissionMessage parse_admission(std::string_view message);

} // namespace kdiag::rules::workload
