// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/stalled_pods.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

constexpr Duration k_long = Duration::minutes(5);
constexpr Duration k_long_pull = Duration::minutes(10);

/// The pull that has begun and not ended.
const kube::Event* open_pull(const RuleContext& context, const kube::Pod& pod) {
    const kube::Event* open = nullptr;
    for (const auto* event : context.facts.events_of(pod)) {
        if (event->reason == "Pulling")
            open = event;
        else if (event->reason == "Pulled" || event->reason == "Failed" || event->reason == "Created")
            open = nullptr;
    }
    return open;
}

/// The newest warning, whatever it says.
const kube::Event* newest_warning(const RuleContext& context, const kube::Pod& pod) {
    const kube::Event* newest = nullptr;
    for (const auto* event : context.facts.events_of(pod))
        if (event->type == "Warning" && event->reason != "FailedScheduling") newest = event;
    return newest;
}

/// The volumes that have to come from elsewhere, and so may keep a pod waiting without a word.
std::vector<std::string> slow_volumes(const kube::Pod& pod) {
    std::vector<std::string> names;
    for (const auto& volume : pod.spec.volumes) {
        if (volume.persistent_volume_claim)
            names.push_back(format("claim {}", volume.persistent_volume_claim->claim_name));
        else if (volume.nfs)
            names.push_back(format("nfs {}:{}", volume.nfs->server, volume.nfs->path));
        else if (volume.csi)
            names.push_back(format("csi {}", volume.csi->driver));
    }
    return names;
}

std::string where_it_stands(const StalledPod& stalled) {
    if (stalled.sandbox_ready) return "its sandbox and volumes are ready; it waits for an image, or for the container runtime";
    const auto volumes = slow_volumes(*stalled.pod);
    if (!volumes.empty())
        return format("probably it waits for its volumes ({}): since Kubernetes 1.28 a mount that merely takes long makes no event",
                      list_some(volumes));
    return "probably the kubelet or the container runtime of the node does not get on";
}

Finding begin(const RuleContext& context, const StalledPod& stalled, Timestamp since) {
    const auto& pod = *stalled.pod;
    Finding finding;
    finding.subject = kube::ref_of(pod);
    finding.severity = Severity::warning;
    finding.first_seen = since;
    finding.last_seen = context.now;
    finding.evidence.push_back(
        field_evidence(".status.containerStatuses", {},
                       format("on node {} since {}, no container has started", pod.spec.node_name, to_age(context.age(since)))));
    if (const auto* ready = kube::find_condition(pod.status.conditions, "PodReadyToStartContainers"); ready != nullptr)
        finding.evidence.push_back(condition_evidence(*ready));
    finding.explained_by.push_back({.kind = "Node", .name = std::string(pod.spec.node_name)});
    for (const auto& volume : pod.spec.volumes)
        if (volume.persistent_volume_claim)
            finding.explained_by.push_back({.kind = "PersistentVolumeClaim",
                                            .namespace_name = std::string(pod.meta.namespace_name),
                                            .name = std::string(volume.persistent_volume_claim->claim_name)});
    return finding;
}

void report_pull(const RuleContext& context, const StalledPod& stalled, const kube::Event& pull, FindingSink& sink) {
    const auto image = between(pull.message, "image \"", "\"");
    Finding finding = begin(context, stalled, pull.last_seen());
    finding.confidence = Confidence::likely;
    finding.title = format("the pull of image `{}` has gone on for {}", image, to_age(context.age(pull.last_seen())));
    finding.cause =
        format("the pull on node `{}` has begun and not ended: a large image, a slow registry, or other pulls that the node does first",
               stalled.pod->spec.node_name);
    finding.evidence.push_back(event_evidence(pull));
    finding.remedies.push_back({.text = "wait, or see what else the node pulls",
                                .command = format("kubectl get events -A --field-selector reason=Pulling --sort-by=.lastTimestamp")});
    sink.add(std::move(finding));
}

void report_stall(const RuleContext& context, const StalledPod& stalled, Timestamp since, FindingSink& sink) {
    const auto& pod = *stalled.pod;
    const auto* warning = newest_warning(context, pod);
    Finding finding = begin(context, stalled, since);
    finding.confidence = Confidence::possible;
    finding.title = format("pod has been creating its containers for {}{}", to_age(context.age(since)),
                           warning == nullptr ? ", and nothing says why" : "");
    finding.cause = where_it_stands(stalled);
    if (warning != nullptr) finding.evidence.push_back(event_evidence(*warning));
    finding.remedies.push_back(
        {.text = "see how the node is", .command = format("kubectl describe node {}", shell_quote(pod.spec.node_name))});
    finding.remedies.push_back({.text = "or have it tried anew: a new pod has fresh events",
                                .command = format("{} delete pod {}", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
                                .risk = Risk::disruptive});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& stalled : stalled_pods(context)) {
        if (stalled.restarted) continue;
        // Init containers that have ended are progress: the time counts from there.
        const Timestamp since = std::max(stalled.since, stalled.sandbox_done);
        if (const auto* pull = open_pull(context, *stalled.pod); pull != nullptr) {
            if (context.age(pull->last_seen()) >= k_long_pull) report_pull(context, stalled, *pull, sink);
        } else if (context.age(since) >= k_long) {
            report_stall(context, stalled, since, sink);
        }
    }
}

} // namespace

extern const Rule k_creating_stalled{
    {.id = "KD1804",
     .name = "container-creating-stalled",
     .title = "a pod has been creating its containers for long",
     .category = "container",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::warning,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 2,
     .doc = {.meaning =
                 "The pod has had a node for more than five minutes, no container has started, and no event that is still kept says why; "
                 "or the pull of an image has gone on for more than ten.",
             .why_it_matters = "The pod does not serve.",
             .how_it_is_found =
                 "All containers wait with ContainerCreating or PodInitializing, and no other rule finds a reason. The condition "
                 "PodReadyToStartContainers tells whether volumes and network are done.",
             .what_to_do =
                 "Look at volumes: since Kubernetes 1.28 a mount that merely takes long makes no event.\nLook at the kubelet of the node.",
             .false_positives = "A very large image that is still being pulled.",
             .see_also = "KD1801 KD1404"}},
    check};

} // namespace kdiag::rules::waiting
