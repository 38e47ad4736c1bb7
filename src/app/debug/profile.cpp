// SPDX-License-Identifier: Apache-2.0
#include "app/debug/profile.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <array>
#include <vector>

namespace kdiag::app::debug {

namespace {

using data::Value;

struct ProfileName {
    std::string_view word;
    Profile profile;
};
constexpr std::array k_profiles = {ProfileName{"general", Profile::general},   ProfileName{"baseline", Profile::baseline}, ProfileName{"restricted", Profile::restricted},
                                   ProfileName{"netadmin", Profile::netadmin}, ProfileName{"sysadmin", Profile::sysadmin}, ProfileName{"legacy", Profile::legacy}};

constexpr std::int64_t k_nobody_in_particular = 65532; // as distroless images call it: nonroot
constexpr std::string_view k_enforce = "pod-security.kubernetes.io/enforce";

void add_capability(Value& container, std::string_view name) {
    auto& added = container.member("securityContext").member("capabilities").member("add");
    for (const auto& present : added.as_array())
        if (present.as_string() == name) return;
    added.push_back(name);
}

void share_processes(Value& pod) {
    auto& spec = pod.member("spec");
    if (spec["shareProcessNamespace"].is_null()) spec.set("shareProcessNamespace", true);
}

void remove_parts(Value& pod, const KeptParts& kept) {
    if (!kept.labels) pod.member("metadata").remove("labels");
    if (!kept.annotations) pod.member("metadata").remove("annotations");
    if (!kept.init_containers) pod.member("spec").remove("initContainers");
    for (auto& container : pod.member("spec").member("containers").make_array()) {
        if (!kept.liveness) container.remove("livenessProbe");
        if (!kept.readiness) container.remove("readinessProbe");
        if (!kept.startup) container.remove("startupProbe");
    }
}

} // namespace

std::string_view to_string(Profile profile) {
    for (const auto& [word, known] : k_profiles)
        if (known == profile) return word;
    return "general";
}

Result<std::optional<Profile>> parse_profile(const std::string& word) {
    if (word == "auto") return std::optional<Profile>();
    std::vector<std::string> words = {"auto"};
    for (const auto& [name, profile] : k_profiles) {
        if (word == name) return std::optional(profile);
        words.emplace_back(name);
    }
    Error error{.kind = ErrorKind::usage, .message = format("unknown profile `{}`", word)};
    if (const auto near = nearest(word, words, 1); !near.empty()) error.help.push_back(format("did you mean `{}`?", near.front()));
    error.help.push_back(format("profiles: {}", join(words, ", ")));
    return error;
}

std::string_view to_string(SecurityLevel level) {
    switch (level) {
    case SecurityLevel::privileged: return "privileged";
    case SecurityLevel::baseline: return "baseline";
    case SecurityLevel::restricted: return "restricted";
    }
    return "privileged";
}

SecurityLevel enforced_level(const Value& namespace_object) {
    const auto* label = namespace_object.at("metadata", "labels").find(k_enforce);
    if (label == nullptr || label->as_string() == "privileged") return SecurityLevel::privileged;
    return label->as_string() == "baseline" ? SecurityLevel::baseline : SecurityLevel::restricted;
}

std::optional<SecurityLevel> level_in_denial(std::string_view message) {
    const auto policy = between(message, "violates PodSecurity \"", "\"");
    const auto level = split(policy, ':').front();
    if (level == "restricted") return SecurityLevel::restricted;
    if (level == "baseline") return SecurityLevel::baseline;
    return std::nullopt;
}

Profile profile_for(SecurityLevel level) {
    switch (level) {
    case SecurityLevel::privileged: return Profile::general;
    case SecurityLevel::baseline: return Profile::baseline;
    case SecurityLevel::restricted: return Profile::restricted;
    }
    return Profile::restricted;
}

SecurityLevel level_needed(Profile profile) {
    switch (profile) {
    case Profile::restricted: return SecurityLevel::restricted;
    case Profile::baseline:
    case Profile::legacy: return SecurityLevel::baseline;
    default: return SecurityLevel::privileged; // SYS_PTRACE and NET_ADMIN are not among baseline's capabilities
    }
}

void apply_to_container(Profile profile, Value& container, std::optional<std::int64_t> user) {
    switch (profile) {
    case Profile::legacy: break;
    case Profile::general: add_capability(container, "SYS_PTRACE"); break;
    case Profile::baseline: container.remove("securityContext"); break;
    case Profile::restricted:
        container.set("securityContext", Value::object()
                                             .set("runAsNonRoot", true)
                                             .set("runAsUser", user.value_or(k_nobody_in_particular))
                                             .set("allowPrivilegeEscalation", false)
                                             .set("capabilities", Value::object().set("drop", Value::Array{"ALL"}))
                                             .set("seccompProfile", Value::object().set("type", "RuntimeDefault")));
        break;
    case Profile::netadmin:
        add_capability(container, "NET_ADMIN");
        add_capability(container, "NET_RAW");
        break;
    case Profile::sysadmin: container.member("securityContext").set("privileged", true); break;
    }
}

void apply_to_copy(Profile profile, Value& pod, const KeptParts& kept) {
    if (profile == Profile::legacy) {
        pod.member("metadata").remove("labels");
        return;
    }
    remove_parts(pod, kept);
    share_processes(pod);
}

void apply_to_node_pod(Profile profile, Value& pod) {
    auto& spec = pod.member("spec");
    const bool host_namespaces = profile != Profile::baseline && profile != Profile::restricted;
    if (host_namespaces) spec.set("hostNetwork", true).set("hostPID", true).set("hostIPC", true);
    if (!host_namespaces || profile == Profile::netadmin) return;
    spec.member("volumes").push_back(Value::object().set("name", "host-root").set("hostPath", Value::object().set("path", "/")));
    for (auto& container : spec.member("containers").make_array()) {
        container.member("volumeMounts").push_back(Value::object().set("name", "host-root").set("mountPath", "/host"));
        if (profile == Profile::general) container.remove("securityContext");
    }
}

std::string capability_warning(const Value& container, const Value& pod) {
    const auto& pods_user = pod.at("spec", "securityContext", "runAsUser");
    const auto& context = container["securityContext"];
    if (pods_user.as_integer() == 0 || (context["runAsUser"].is_integer() && context["runAsUser"].as_integer() == 0)) return {};
    if (!context["privileged"].as_bool() && context.at("capabilities", "add").as_array().empty()) return {};
    return format("the pod runs as user {}, so that capabilities of the debug container may not work", pods_user.as_integer());
}

} // namespace kdiag::app::debug
