// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/config_errors.hpp"

#include "rules/common/kubectl_words.hpp"
#include "rules/common/pod_references.hpp"
#include "rules/common/workload_health.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_fresh = Duration::minutes(15);

bool is_creation_error(kube::Text reason) {
    return reason == "CreateContainerConfigError" || reason == "CreateContainerError" || reason == "RunContainerError";
}

/// What the kubelet says is missing.
struct Missing {
    std::string kind, name, key;
};

/// `configmap "x" not found`, `couldn't find key k in Secret ns/x`, `references non-existent config key: k`, `references non-existent secret key: k`.
Missing parse_missing(std::string_view message) {
    if (const auto key = between(message, "couldn't find key ", " in "); !key.empty()) {
        const auto rest = message.substr(message.find(" in ") + 4);
        const auto slash = rest.find('/');
        const auto name = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
        return {rest.starts_with("ConfigMap") ? "ConfigMap" : "Secret", std::string(trim(name.substr(0, name.find_first_of(" \n,;")))), std::string(key)};
    }
    if (const auto at = message.find("non-existent config key: "); at != std::string_view::npos) return {"ConfigMap", {}, std::string(trim(message.substr(at + 25)))};
    if (const auto at = message.find("non-existent secret key: "); at != std::string_view::npos) return {"Secret", {}, std::string(trim(message.substr(at + 25)))};
    for (const auto& [word, kind] : {std::pair{"configmap \"", "ConfigMap"}, std::pair{"configmaps \"", "ConfigMap"}, std::pair{"secret \"", "Secret"}, std::pair{"secrets \"", "Secret"}})
        if (const auto name = between(message, word, "\""); !name.empty() && contains(message, "not found")) return {kind, std::string(name.substr(name.rfind('/') + 1)), {}};
    return {};
}

/// Where the pod names the missing object; the volume helps when the message names no object.
const ConfigReference* reference_to(const std::vector<ConfigReference>& references, const Missing& missing, std::string_view volume) {
    for (const auto& reference : references) {
        if (reference.kind != missing.kind || reference.optional) continue;
        if (!missing.name.empty() && reference.name != missing.name) continue;
        if (!missing.key.empty() && !reference.key.empty() && reference.key != missing.key) continue;
        if (missing.name.empty() && !volume.empty() && reference.volume != volume) continue;
        return &reference;
    }
    return nullptr;
}

template <class T> std::vector<std::string> names_of(const RuleContext& context, std::string_view namespace_name) {
    std::vector<std::string> names;
    for (const auto& object : context.facts.all<T>())
        if (object.meta.namespace_name == namespace_name) names.emplace_back(object.meta.name);
    return names;
}

std::vector<std::string> keys_of(const RuleContext& context, const std::string& kind, std::string_view namespace_name, const std::string& name) {
    std::vector<std::string> keys;
    if (kind == "ConfigMap") {
        if (const auto* map = context.facts.find<kube::ConfigMap>(namespace_name, name)) {
            keys.assign(map->keys.begin(), map->keys.end());
            keys.insert(keys.end(), map->binary_keys.begin(), map->binary_keys.end());
        }
    } else if (const auto* secret = context.facts.find<kube::Secret>(namespace_name, name)) {
        keys.assign(secret->keys.begin(), secret->keys.end());
    }
    return keys;
}

bool exists(const RuleContext& context, const Missing& missing, std::string_view namespace_name) {
    return missing.kind == "ConfigMap" ? context.facts.find<kube::ConfigMap>(namespace_name, missing.name) != nullptr
                                       : context.facts.find<kube::Secret>(namespace_name, missing.name) != nullptr;
}

void describe_object(const RuleContext& context, const Missing& missing, const kube::Pod& pod, Finding& finding) {
    const auto names = missing.kind == "ConfigMap" ? names_of<kube::ConfigMap>(context, pod.meta.namespace_name) : names_of<kube::Secret>(context, pod.meta.namespace_name);
    const auto near = nearest(missing.name, names, 2);
    finding.title = format("{}/{} does not exist, and {} needs it", missing.kind, missing.name, context.facts.top_owner(pod).display());
    finding.cause = near.empty() ? format("there is no {} `{}` in namespace {} (not found)", missing.kind, missing.name, pod.meta.namespace_name)
                                 : format("there is no {} `{}` in namespace {}; there is {}", missing.kind, missing.name, pod.meta.namespace_name, list_some(near));
    const bool map = missing.kind == "ConfigMap";
    finding.remedies.push_back({.text = "create it, or correct the name in the pod template",
                                .command = format("{} create {} {} --from-literal=KEY=VALUE", kubectl_in(pod.meta.namespace_name), map ? "configmap" : "secret generic", shell_quote(missing.name)), .risk = Risk::change});
}

void describe_key(const RuleContext& context, const Missing& missing, const kube::Pod& pod, Finding& finding) {
    const auto keys = keys_of(context, missing.kind, pod.meta.namespace_name, missing.name);
    const auto near = nearest(missing.key, keys, 1);
    finding.title = format("{}/{} has no key `{}`, which {} needs", missing.kind, missing.name, missing.key, context.facts.top_owner(pod).display());
    finding.cause = keys.empty() ? format("the key `{}` is not in {}/{}", missing.key, missing.kind, missing.name)
                                 : format("{}/{} has the {} {}{}", missing.kind, missing.name, keys.size() == 1 ? "key" : "keys", list_some(keys, 6), near.empty() ? "" : format("; probably `{}` is meant", near.front()));
    finding.discriminator = missing.key;
    finding.remedies.push_back({.text = "add the key, or correct it in the pod template",
                                .command = format("{} edit {}", kubectl_in(pod.meta.namespace_name), kubectl_name(context.facts.top_owner(pod))), .risk = Risk::disruptive});
}

void report_one(const RuleContext& context, const ContainerView* view, const kube::Pod& pod, std::string_view message, const kube::Event* event, std::string_view kind, bool key_missing,
                FindingSink& sink) {
    Missing missing = parse_missing(message);
    if (missing.kind != kind || missing.key.empty() == key_missing) return;
    const auto references = config_references(pod.spec);
    const auto* reference = reference_to(references, missing, between(message, "volume \"", "\""));
    if (missing.name.empty() && reference != nullptr) missing.name = reference->name;
    if (missing.name.empty()) return;
    if (!key_missing && exists(context, missing, pod.meta.namespace_name)) return; // it has been created since
    Finding finding;
    finding.subject = view != nullptr ? ref_of(*view) : kube::ref_of(pod);
    finding.severity = severity_of_lost_pod(context.facts, pod);
    finding.first_seen = event != nullptr ? event->first_seen() : pod.meta.created;
    finding.last_seen = event != nullptr ? event->last_seen() : context.now;
    finding.shared = {.kind = missing.kind, .namespace_name = std::string(pod.meta.namespace_name), .name = missing.name};
    if (key_missing) describe_key(context, missing, pod, finding);
    else describe_object(context, missing, pod, finding);
    if (reference != nullptr)
        finding.evidence.push_back({.text = format("{} is named by {}", missing.name, reference->volume.empty() ? format("container {}", reference->container) : format("volume {}", reference->volume)),
                                    .path = reference->path, .value = missing.name});
    if (event != nullptr)
        finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(message), .time = event->last_seen(), .first_time = event->first_seen(), .count = event->count()});
    else
        finding.evidence.push_back({.text = std::string(message), .path = view->status_path("state.waiting.message")});
    sink.add(std::move(finding));
}

/// The newest failed mount of a pod that still waits.
const kube::Event* failed_mount(const RuleContext& context, const kube::Pod& pod, std::string_view kind, bool key_missing) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(pod)) {
        if (event->reason != "FailedMount" || context.age(event->last_seen()) > k_fresh) continue;
        const auto missing = parse_missing(event->message);
        if (missing.kind == kind && missing.key.empty() != key_missing) found = event;
    }
    return found;
}

} // namespace

std::vector<WaitingContainer> waiting_containers(const RuleContext& context) {
    std::vector<WaitingContainer> found;
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted) continue;
        for (const auto& view : containers_of(pod)) {
            const auto* end = view.last_end();
            const bool start_failed = end != nullptr && (end->reason == "StartError" || end->reason == "ContainerCannotRun") && !(view.status->state.running && view.status->ready);
            if (is_creation_error(view.waiting_reason())) found.push_back({view, std::string(view.waiting_message())});
            else if (start_failed) found.push_back({view, std::string(end->message)});
        }
    }
    return found;
}

Finding begin(const RuleContext& context, const WaitingContainer& waiting) {
    const auto& view = waiting.view;
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = severity_of_lost_pod(context.facts, *view.pod);
    finding.first_seen = view.pod->meta.created;
    finding.last_seen = context.now;
    const bool from_wait = view.waiting_message() == waiting.message;
    finding.evidence.push_back({.text = waiting.message.empty() ? std::string(view.waiting_reason()) : waiting.message,
                                .path = view.status_path(from_wait ? "state.waiting.message" : "lastState.terminated.message"), .value = std::string(view.waiting_reason())});
    return finding;
}

void report_missing(const RuleContext& context, std::string_view kind, bool key_missing, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase == "Succeeded" || pod.status.phase == "Failed" || is_ready(pod)) continue;
        bool waits = false;
        for (const auto& view : containers_of(pod)) {
            if (view.waiting_reason() == "CreateContainerConfigError") report_one(context, &view, pod, view.waiting_message(), nullptr, kind, key_missing, sink);
            waits = waits || view.waiting_reason() == "ContainerCreating" || view.waiting_reason() == "PodInitializing";
        }
        if (const auto* event = waits ? failed_mount(context, pod, kind, key_missing) : nullptr; event != nullptr) report_one(context, nullptr, pod, event->message, event, kind, key_missing, sink);
    }
}

} // namespace kdiag::rules::waiting
