// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "rules/workload/admission_message.hpp"

namespace kdiag::fuzz {

void fuzz_admission_message(std::string_view bytes) {
    const auto message = rules::workload::parse_admission(bytes);
    for (const std::string* part : {&message.service, &message.level, &message.details, &message.field})
        promise(holds(bytes, *part), "a part that the message does not hold");
    using enum rules::workload::Refusal;
    if (message.refusal != policy_denied) promise(holds(bytes, message.name), "a name that the message does not hold");
    if (message.refusal == other) promise(message.name.empty() && message.quota.empty(), "an unknown refusal has parts");
    if (message.refusal == invalid) promise(message.details.starts_with(message.field), "a field that the details do not begin with");
    promise(message.quota.empty() || message.refusal == quota, "another refusal has a quota");
    for (const auto& check : message.violations) promise(!check.empty() && holds(message.details, check), "a check that the details do not hold");
    for (const auto& line : message.quota)
        for (const std::string* part : {&line.resource, &line.requested, &line.used, &line.limited}) promise(holds(bytes, *part), "a number that the message does not hold");
}

Seeds seeds_admission_message() {
    return {
        "pods \"web-1\" is forbidden: exceeded quota: team, requested: pods=1,requests.cpu=500m, used: pods=2,requests.cpu=1, limited: pods=2,requests.cpu=1",
        "pods \"web-1\" is forbidden: failed quota: team: must specify limits.cpu for: api; requests.memory for: api",
        "Internal error occurred: failed calling webhook \"policy.example.com\": failed to call webhook: Post \"https://policy-webhook.shop.svc:443/validate?timeout=3s\": dial tcp 10.96.0.9:443: connect: connection refused",
        "admission webhook \"policy.example.com\" denied the request: image is not signed",
        "pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": allowPrivilegeEscalation != false (container \"api\" must set securityContext.allowPrivilegeEscalation=false), runAsNonRoot != true (pod must set it)",
        "Pod \"web-1\" is invalid: [spec.containers[0].image: Required value, spec.containers[0].name: Invalid value: \"A\": must be lower case]",
        "pods \"web-1\" is forbidden: error looking up service account shop/api: serviceaccount \"api\" not found",
        "pods \"web-1\" is forbidden: no PriorityClass with name high was found",
        "pods \"web-1\" is forbidden: [maximum cpu usage per Container is 1, but limit is 2]",
        "pods \"web-1\" is forbidden: unable to create new content in namespace shop because it is being terminated",
        "ValidatingAdmissionPolicy 'no-latest' with binding 'all' denied request: failed expression: x",
        "pods is forbidden: User \"system:serviceaccount:shop:api\" cannot create resource \"pods\"",
    };
}

} // namespace kdiag::fuzz
