// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// A missing ConfigMap or Secret has a rule of its own.
bool is_missing_reference(std::string_view message) {
    return (contains(message, "configmap") || contains(message, "secret")) && (contains(message, "not found") || contains(message, "non-existent")) && !contains(message, "persistentvolumeclaim");
}

std::string_view volume_in(std::string_view message) {
    return between(message, "volume \"", "\"");
}

std::string mount_cause(const kube::Pod& pod, std::string_view volume, std::string_view message) {
    if (contains(message, "hostPath type check failed"))
        for (const auto& entry : pod.spec.volumes)
            if (entry.name == volume && entry.host_path)
                return format("the hostPath type check failed: {} on node `{}` is no {}, or does not exist", entry.host_path->path, pod.spec.node_name, entry.host_path->type);
    const auto colon = message.find(" : ");
    return std::string(trim(colon == std::string_view::npos ? message : message.substr(colon + 3)));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        const auto* event = newest_event(context, stalled, [](const kube::Event& candidate) { return candidate.reason == "FailedMount" && !is_missing_reference(candidate.message); });
        if (event == nullptr) continue;
        const auto& pod = *stalled.pod;
        const auto message = std::string_view(event->message);
        Finding finding = begin(context, stalled, *event);
        const auto volume = volume_in(message);
        finding.title = volume.empty() ? std::string("a volume of the pod cannot be mounted") : format("volume `{}` of the pod cannot be mounted", volume);
        finding.cause = mount_cause(pod, volume, message);
        for (const auto& entry : pod.spec.volumes) {
            if (entry.name != volume) continue;
            if (entry.host_path) finding.evidence.push_back({.text = format("hostPath {} of type {}", entry.host_path->path, entry.host_path->type.empty() ? kube::Text("<any>") : entry.host_path->type), .path = ".spec.volumes", .value = std::string(entry.host_path->path)});
            if (entry.persistent_volume_claim) finding.explained_by.push_back({.kind = "PersistentVolumeClaim", .namespace_name = std::string(pod.meta.namespace_name), .name = std::string(entry.persistent_volume_claim->claim_name)});
        }
        finding.remedies.push_back({.text = "make the volume's source available on the node, or correct it in the pod template", .command = format("{} edit {}", kubectl_in(pod.meta.namespace_name), kubectl_name(context.facts.top_owner(pod))), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_mount_failed{
    {.id = "KD1404", .name = "mount-failed", .title = "a volume of a pod cannot be mounted", .category = "storage", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::persistentvolumeclaims}, .precedence = 30,
     .doc = {.meaning = "A volume of the pod cannot be mounted on its node.",
             .why_it_matters = "The containers are not created; the pod shows ContainerCreating.",
             .how_it_is_found = "The pod has a node and no container runs, and a recent event FailedMount says why: a hostPath of another type, a file server that does not answer, a driver that is not installed, permissions.",
             .what_to_do = "Read the message: it names the volume and the reason.\nFor a hostPath check the path and its type on the node.\nFor a network volume check server, export and the client tools on the node.",
             .false_positives = "A single failure that was followed by success.",
             .see_also = "KD1401 KD4002"}},
    check};

} // namespace kdiag::rules::waiting
