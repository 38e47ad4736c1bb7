// SPDX-License-Identifier: Apache-2.0
#include "rules/workload/admission_message.hpp"

#include "util/strings.hpp"

#include <algorithm>
#include <optional>

namespace kdiag::rules::workload {

namespace {

std::string after(std::string_view message, std::string_view mark) {
    const auto at = message.find(mark);
    return at == std::string_view::npos ? std::string() : std::string(trim(message.substr(at + mark.size())));
}

/// The text of one part of a quota message, up to the next part: `pods=1,requests.cpu=500m`.
std::string_view quota_part(std::string_view message, std::string_view name) {
    const auto at = message.find(name);
    if (at == std::string_view::npos) return {};
    const auto rest = message.substr(at + name.size());
    return trim(rest.substr(0, std::min(rest.find(", used: "), rest.find(", limited: "))));
}

std::string quota_value(std::string_view part, std::string_view resource) {
    for (const auto entry : split(part, ','))
        if (trim(entry).starts_with(std::string(resource) + "=")) return std::string(trim(entry).substr(resource.size() + 1));
    return {};
}

std::vector<QuotaLine> quota_lines(std::string_view message) {
    const auto requested = quota_part(message, "requested: "), used = quota_part(message, "used: "),
               limited = quota_part(message, "limited: ");
    std::vector<QuotaLine> lines;
    for (const auto entry : split(requested, ',')) {
        const auto equals = entry.find('=');
        if (equals == std::string_view::npos) continue;
        const auto resource = trim(entry.substr(0, equals));
        lines.push_back({std::string(resource), std::string(trim(entry.substr(equals + 1))), quota_value(used, resource),
                         quota_value(limited, resource)});
    }
    return lines;
}

/// `allowPrivilegeEscalation != false`, `seccompProfile`: the checks of `a (detail), b (detail)`, where details hold commas too.
std::vector<std::string> pod_security_checks(std::string_view details) {
    std::vector<std::string> checks;
    std::size_t start = 0;
    int depth = 0;
    const auto add = [&](std::size_t end) {
        const auto part = trim(details.substr(start, end - start));
        if (!part.empty()) checks.emplace_back(trim(part.substr(0, part.find(" ("))));
    };
    for (std::size_t i = 0; i < details.size(); ++i) {
        if (details[i] == '(') ++depth;
        if (details[i] == ')') --depth;
        if (details[i] != ',' || depth > 0) continue;
        add(i);
        start = i + 1;
    }
    add(details.size());
    return checks;
}

/// `policy-webhook.shop` of `Post "https://policy-webhook.shop.svc:443/validate?timeout=3s"`; empty for an address outside.
std::string webhook_service(std::string_view message) {
    const auto host = between(message, "https://", ".svc");
    return host.find_first_of("/ \":") == std::string_view::npos ? std::string(host) : std::string();
}

std::optional<AdmissionMessage> parse_quota(std::string_view message) {
    if (contains(message, "exceeded quota: "))
        return AdmissionMessage{.refusal = Refusal::quota,
                                .name = std::string(between(message, "exceeded quota: ", ",")),
                                .details = after(message, "exceeded quota: "),
                                .quota = quota_lines(message)};
    if (contains(message, "failed quota: "))
        return AdmissionMessage{.refusal = Refusal::quota_wants_values,
                                .name = std::string(between(message, "failed quota: ", ":")),
                                .details = after(message, "must specify ")};
    if (contains(message, "status unknown for quota"))
        return AdmissionMessage{.refusal = Refusal::transient, .details = std::string(trim(message))};
    return std::nullopt;
}

std::optional<AdmissionMessage> parse_webhook(std::string_view message) {
    if (contains(message, "failed calling webhook \"")) {
        const auto colon = message.rfind("\": ");
        return AdmissionMessage{.refusal = Refusal::webhook_unreachable,
                                .name = std::string(between(message, "failed calling webhook \"", "\"")),
                                .service = webhook_service(message),
                                .details = std::string(trim(colon == std::string_view::npos ? message : message.substr(colon + 3)))};
    }
    if (contains(message, "admission webhook \"") && contains(message, "denied the request")) {
        std::string_view why = message.substr(message.find("denied the request") + 18);
        if (why.starts_with(": ")) why.remove_prefix(2);
        return AdmissionMessage{.refusal = Refusal::webhook_denied,
                                .name = std::string(between(message, "admission webhook \"", "\"")),
                                .details = std::string(trim(why))};
    }
    return std::nullopt;
}

std::optional<AdmissionMessage> parse_policy(std::string_view message) {
    if (contains(message, "violates PodSecurity \"")) {
        const auto start = message.find("violates PodSecurity \"") + 22;
        const std::string details = after(message.substr(start), "\": ");
        return AdmissionMessage{.refusal = Refusal::pod_security,
                                .level = std::string(between(message, "violates PodSecurity \"", "\"")),
                                .details = details,
                                .violations = pod_security_checks(details)};
    }
    if (contains(message, "olicy '") && contains(message, "' denied request"))
        return AdmissionMessage{.refusal = Refusal::policy_denied,
                                .name = std::string(between(message, "olicy '", "'")),
                                .details = after(message, "denied request: ")};
    if (contains(message, "unable to validate against any pod security policy"))
        return AdmissionMessage{
            .refusal = Refusal::policy_denied, .name = "PodSecurityPolicy", .details = after(message, "pod security policy: ")};
    if (contains(message, "image policy webhook backend denied"))
        return AdmissionMessage{
            .refusal = Refusal::policy_denied, .name = "ImagePolicyWebhook", .details = after(message, "denied one or more images: ")};
    return std::nullopt;
}

std::optional<AdmissionMessage> parse_missing(std::string_view message) {
    const bool missing = contains(message, "not found");
    if (contains(message, "error looking up service account") && missing)
        return AdmissionMessage{.refusal = Refusal::service_account_missing,
                                .name = std::string(between(message, "serviceaccount \"", "\""))};
    if (contains(message, "RuntimeClass \"") && missing)
        return AdmissionMessage{.refusal = Refusal::runtime_class_missing, .name = std::string(between(message, "RuntimeClass \"", "\""))};
    if (contains(message, "no PriorityClass with name "))
        return AdmissionMessage{.refusal = Refusal::priority_class_missing,
                                .name = std::string(between(message, "no PriorityClass with name ", " was found"))};
    if (contains(message, "because it is being terminated"))
        return AdmissionMessage{.refusal = Refusal::namespace_ending, .name = std::string(between(message, "in namespace ", " because"))};
    return std::nullopt;
}

bool is_limit_range(std::string_view message) {
    return contains(message, " usage per Container is ") || contains(message, " usage per Pod is ") ||
           contains(message, "limit to request ratio per ");
}

bool is_transient(std::string_view message) {
    return contains(message, "the object has been modified") || contains(message, "already exists") ||
           contains(message, "etcdserver: request timed out") || contains(message, "object is being deleted");
}

} // namespace

AdmissionMessage parse_admission(std::string_view message) {
    for (const auto parse : {parse_quota, parse_webhook, parse_policy, parse_missing})
        if (auto parsed = parse(message)) return *std::move(parsed);
    if (is_limit_range(message)) return {.refusal = Refusal::limit_range, .details = after(message, "is forbidden: ")};
    if (contains(message, " is invalid: ")) {
        std::string details = after(message, " is invalid: ");
        if (details.starts_with('[')) details.erase(0, 1);
        return {.refusal = Refusal::invalid, .details = details, .field = details.substr(0, details.find(": "))};
    }
    if (contains(message, "is forbidden: User \"")) return {.refusal = Refusal::forbidden, .details = after(message, "is forbidden: ")};
    if (is_transient(message)) return {.refusal = Refusal::transient, .details = std::string(trim(message))};
    return {.details = std::string(trim(message))};
}

} // namespace kdiag::rules::workload
