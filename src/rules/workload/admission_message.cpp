// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/admission_message.hpp"

#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

std::string after(std::string_view message, std::string_view mark) {
    const auto at = message.find(mark);
    return at == std::string_view::npos ? std::string() : std::string(trim(message.substr(at + mark.size())));
}

/// `policy-webhook.shop` of `Post "https://policy-webhook.shop.svc:443/validate?timeout=3s"`.
std::string webhook_service(std::string_view message) {
    const auto host = between(message, "https://", ".svc");
    return host.find_first_of("/ \"") == std::string_view::npos ? std::string(host) : std::string();
}

AdmissionMessage webhook(std::string_view message) {
    const auto name = std::string(between(message, "failed calling webhook \"", "\""));
    return {.refusal = Refusal::webhook_unreachable, .name = name, .service = webhook_service(message), .details = after(message, "\": failed to call webhook: ")};
}

} // namespace

AdmissionMessage parse_admission(std::string_view message) {
    if (contains(message, "exceeded quota: "))
        return {.refusal = Refusal::quota, .name = std::string(between(message, "exceeded quota: ", ",")), .details = after(message, ", requested: ")};
    if (contains(message, "failed quota: ")) // a quota for cpu or memory wants every pod to say what it needs
        return {.refusal = Refusal::quota, .name = std::string(between(message, "failed quota: ", ":")), .details = after(message, "failed quota: ")};
    if (contains(message, "violates PodSecurity"))
        return {.refusal = Refusal::pod_security, .level = std::string(between(message, "violates PodSecurity \"", "\"")), .details = after(message, "\": ")};
    if (contains(message, "failed calling webhook")) return webhook(message);
    if (contains(message, "admission webhook \"") && contains(message, "denied the request"))
        return {.refusal = Refusal::webhook_denied, .name = std::string(between(message, "admission webhook \"", "\"")), .details = after(message, "denied the request")};
    if (contains(message, "ValidatingAdmissionPolicy '"))
        return {.refusal = Refusal::policy_denied, .name = std::string(between(message, "ValidatingAdmissionPolicy '", "'")), .details = after(message, "denied request: ")};
    if (contains(message, "error looking up service account"))
        return {.refusal = Refusal::service_account_missing, .name = std::string(between(message, "serviceaccount \"", "\""))};
    if (contains(message, "RuntimeClass \"") && contains(message, "not found")) return {.refusal = Refusal::runtime_class_missing, .name = std::string(between(message, "RuntimeClass \"", "\""))};
    if (contains(message, "no PriorityClass with name "))
        return {.refusal = Refusal::priority_class_missing, .name = std::string(between(message, "no PriorityClass with name ", " was found"))};
    if (contains(message, "because it is being terminated")) return {.refusal = Refusal::namespace_ending, .name = std::string(between(message, "in namespace ", " because"))};
    if (contains(message, "minimum ") || contains(message, "maximum ") || contains(message, "LimitRange"))
        if (contains(message, "per Container is") || contains(message, "per Pod is") || contains(message, "limit to request ratio"))
            return {.refusal = Refusal::limit_range, .details = after(message, "is forbidden: ")};
    if (contains(message, " is invalid: ")) return {.refusal = Refusal::invalid, .details = after(message, " is invalid: ")};
    return {.details = std::string(trim(message))};
}

} // namespace kdiag::rules::workload
