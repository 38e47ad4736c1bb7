// SPDX-License-Identifier: Apache-2.0
#include "kube/volume_name.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/missing_object.hpp"
#include "rules/waiting/mount_error.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "rules/waiting/template_patch.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// The kubelet's caches fill within seconds; a lasting trouble is one of the node.
constexpr Duration k_cache_patience = Duration::minutes(5);
/// Drivers fail once while they start.
constexpr Duration k_patience = Duration::seconds(30);

/// Failed mounts of which no other rule tells: missing ConfigMaps and Secrets have rules of their own.
bool is_ours(const kube::Event& event) {
    return (event.reason == "FailedMount" || event.reason == "FailedMapVolume") && read_missing(event.message).empty();
}

/// The newest event that tells a reason; the one that only tells of a time-out stands in when there is none.
const kube::Event* telling_event(const RuleContext& context, const StalledPod& stalled) {
    const auto* told =
        newest_event(context, stalled, [](const kube::Event& event) { return is_ours(event) && !is_mere_timeout(event.message); });
    return told != nullptr ? told : newest_event(context, stalled, is_ours);
}

/// The pod's volume of a message, which names a claim's volume by its PersistentVolume.
const kube::Volume* volume_of(const RuleContext& context, const kube::Pod& pod, std::string_view name) {
    for (const auto& volume : pod.spec.volumes) {
        if (volume.name == kube::volume_name(name)) return &volume;
        if (!volume.persistent_volume_claim) continue;
        const auto* claim =
            context.facts.find<kube::PersistentVolumeClaim>(pod.meta.namespace_name, volume.persistent_volume_claim->claim_name);
        if (claim != nullptr && !name.empty() && claim->spec.volume_name == name) return &volume;
    }
    return nullptr;
}

void add_source(const kube::Pod& pod, const kube::Volume& volume, Finding& finding) {
    if (volume.host_path)
        finding.evidence.push_back(field_evidence(".spec.volumes", std::string(volume.host_path->path),
                                                  format("hostPath {} of type {}", volume.host_path->path,
                                                         volume.host_path->type.empty() ? kube::Text("<any>") : volume.host_path->type)));
    if (volume.nfs)
        finding.evidence.push_back(
            field_evidence(".spec.volumes", std::string(volume.nfs->server), format("nfs {}:{}", volume.nfs->server, volume.nfs->path)));
    if (volume.csi)
        finding.evidence.push_back(
            field_evidence(".spec.volumes", std::string(volume.csi->driver), format("csi driver {}", volume.csi->driver)));
    if (!volume.persistent_volume_claim) return;
    const std::string claim(volume.persistent_volume_claim->claim_name);
    finding.evidence.push_back(field_evidence(".spec.volumes", claim, format("claim {}", claim)));
    finding.explained_by.push_back(
        {.kind = "PersistentVolumeClaim", .namespace_name = std::string(pod.meta.namespace_name), .name = claim});
}

void add_help(const RuleContext& context, const kube::Pod& pod, const kube::Volume* volume, const kube::Event& event,
              const MountError& error, Finding& finding) {
    if (is_cache_trouble(event.message))
        finding.remedies.push_back({.text = error.help,
                                    .command = format("{} delete pod {}", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
                                    .risk = Risk::disruptive});
    else if (volume != nullptr && volume->nfs && !error.help.empty())
        finding.remedies.push_back({.text = error.help, .risk = Risk::change}); // on the server's side, or on every node
    else if (volume != nullptr && (volume->host_path || volume->nfs))
        finding.remedies.push_back(
            {.text = error.help.empty() ? std::string("correct the volume's source in the pod template") : error.help,
             .command = edit_template(context, pod),
             .risk = Risk::disruptive});
    else
        finding.remedies.push_back(
            {.text = error.help.empty() ? std::string("look at the pods of the volume's driver on this node") : error.help,
             .command = format("kubectl get pods -A -o wide --field-selector spec.nodeName={}", shell_quote(pod.spec.node_name))});
}

void report(const RuleContext& context, const StalledPod& stalled, const kube::Event& event, FindingSink& sink) {
    const auto& pod = *stalled.pod;
    const auto name = between(event.message, "volume \"", "\"");
    const auto* volume = volume_of(context, pod, name);
    const auto error = read_mount_error(pod, volume, event.message);
    Finding finding = begin(context, stalled, event);
    finding.discriminator = std::string(volume != nullptr ? volume->name : kube::Text());
    finding.confidence = error.from_driver && !is_cache_trouble(event.message) ? Confidence::certain : Confidence::likely;
    finding.title = name.empty() ? std::string("a volume of the pod cannot be mounted")
                                 : format("volume `{}` of the pod cannot be mounted", volume != nullptr ? volume->name : name);
    finding.cause = error.cause;
    if (volume != nullptr) add_source(pod, *volume, finding);
    add_help(context, pod, volume, event, error, finding);
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        const auto* event = telling_event(context, stalled);
        if (event == nullptr) continue;
        const auto waited = context.age(stalled.since);
        const bool lasting = is_cache_trouble(event->message) ? waited >= k_cache_patience : event->count() >= 2 || waited >= k_patience;
        if (lasting) report(context, stalled, *event, sink);
    }
}

} // namespace

extern const Rule k_mount_failed{
    {.id = "KD1404",
     .name = "mount-failed",
     .title = "a volume of a pod cannot be mounted",
     .category = "storage",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods, kube::Resource::events},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::persistentvolumeclaims},
     .precedence = 30,
     .doc = {.meaning = "A volume of the pod cannot be mounted on its node.",
             .why_it_matters = "The containers are not created; the pod shows ContainerCreating.",
             .how_it_is_found =
                 "The pod has a node and no container runs, and a recent event FailedMount or FailedMapVolume says why: a hostPath of "
                 "another type, a file server that does not answer or refuses, a driver that is not running, rights, a damaged file "
                 "system. An event that only tells of a time-out stands back behind one with a reason. A mount that came through since, a "
                 "single failure of the first seconds, and what the kubelet has merely not read yet, are left out.",
             .what_to_do =
                 "Read the message: it names the volume and the reason.\nFor a hostPath check the path and its type on the node.\nFor a "
                 "network volume check server, export and the client tools on the node.",
             .false_positives = "A driver that is being updated.",
             .see_also = "KD1401 KD4002"}},
    check};

} // namespace kdiag::rules::waiting
