// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::lifecycle {

namespace {

constexpr Duration k_overdue = Duration::seconds(30), k_overdue_of_kubernetes = Duration::minutes(2);

/// What is known about who removes a finalizer, and when.
struct Known {
    std::string_view finalizer, who;
};
constexpr Known k_known[] = {
    {"kubernetes.io/pvc-protection", "it is removed as soon as no pod uses the claim any more"},
    {"kubernetes.io/pv-protection", "it is removed as soon as no claim is bound to the volume any more"},
    {"foregroundDeletion", "the garbage collector removes it when all objects that it owns are gone"},
    {"orphan", "the garbage collector removes it after letting go of the objects that it owns"},
    {"batch.kubernetes.io/job-tracking", "the job controller removes it when it has counted the pod"},
    {"service.kubernetes.io/load-balancer-cleanup", "the cloud controller removes it when the load balancer is gone"},
    {"external-attacher", "the storage driver removes it when the volume is detached"},
    {"external-provisioner", "the storage driver removes it when the volume is deleted"},
};

std::string who_removes(std::string_view finalizer) {
    for (const auto& known : k_known)
        if (contains(finalizer, known.finalizer)) return std::string(known.who);
    const auto domain = finalizer.substr(0, finalizer.find('/'));
    return domain == finalizer ? std::string("the controller that set it does not remove it")
                               : format("the controller of `{}` does not remove it: it is gone, or it fails", domain);
}

/// Finalizers whose controllers are part of every cluster, and take their time.
bool is_of_kubernetes(std::string_view finalizer) {
    const auto domain = finalizer.substr(0, finalizer.find('/'));
    return domain == finalizer || contains(domain, "kubernetes.io") || contains(domain, "k8s.io");
}

/// Pods that still mount a claim.
std::vector<std::string> users_of_claim(const facts::Snapshot& facts, std::string_view namespace_name, std::string_view claim) {
    std::vector<std::string> users;
    for (const auto* pod : facts.pods_in(namespace_name)) {
        if (pod->status.phase == "Succeeded" || pod->status.phase == "Failed") continue;
        const auto& volumes = pod->spec.volumes;
        if (std::any_of(volumes.begin(), volumes.end(),
                        [&](const auto& v) { return v.persistent_volume_claim && v.persistent_volume_claim->claim_name == claim; }))
            users.emplace_back(pod->meta.name);
    }
    return users;
}

void describe(const RuleContext& context, const kube::ObjectMeta& meta, kube::ObjectRef subject, FindingSink& sink) {
    const std::string_view finalizer = meta.finalizers.front();
    const bool is_pod = subject.kind == kube::Pod::k_kind;
    const auto users =
        contains(finalizer, "pvc-protection") ? users_of_claim(context.facts, meta.namespace_name, meta.name) : std::vector<std::string>{};
    Finding finding{.severity = Severity::error, .subject = subject};
    finding.first_seen = meta.deleted;
    finding.discriminator = finalizer;
    finding.title = format("{} `{}` cannot be deleted: finalizer `{}` stays", is_pod ? "pod" : subject.kind, meta.name, finalizer);
    finding.cause = format("it has been terminating for {} with the finalizer `{}`; {}", to_age(context.age(meta.deleted)), finalizer,
                           who_removes(finalizer));
    if (!users.empty()) {
        finding.cause += format("; {} {} it", list_some(users), users.size() == 1 ? "still uses" : "still use");
        for (const auto& user : users)
            finding.explained_by.push_back(
                {.kind = std::string(kube::Pod::k_kind), .namespace_name = std::string(meta.namespace_name), .name = user});
    }
    finding.evidence.push_back({.text = format("deleted {} ago", to_age(context.age(meta.deleted))),
                                .path = ".metadata.deletionTimestamp",
                                .value = to_rfc3339(meta.deleted),
                                .time = meta.deleted});
    for (std::size_t i = 0; i < meta.finalizers.size(); ++i)
        finding.evidence.push_back({.text = format("finalizer {}", meta.finalizers[i]),
                                    .path = format(".metadata.finalizers[{}]", i),
                                    .value = std::string(meta.finalizers[i])});
    if (const auto* pod = is_pod ? context.facts.find<kube::Pod>(meta.namespace_name, meta.name) : nullptr) {
        finding.severity = severity_of_lost_pod(context.facts, *pod);
        const auto top = context.facts.top_owner(*pod);
        finding.impact = top.kind == kube::StatefulSet::k_kind
                             ? format("{} cannot make a new `{}` while the old one is there", top.display(), meta.name)
                             : std::string("the pod stays in lists, and what it holds stays taken");
    } else {
        finding.severity = users.empty() ? Severity::error : Severity::warning;
        finding.impact = "an object of the same name cannot be created, and a namespace with it cannot go away";
    }
    const std::string kubectl = kubectl_in(meta.namespace_name), name = kubectl_name(subject);
    const auto domain = finalizer.substr(0, finalizer.find('/'));
    if (users.empty() && domain != finalizer && !contains(domain, "kubernetes.io"))
        finding.remedies.push_back(
            {format("find the controller behind `{}` and let it finish", domain),
             format("kubectl get pods,deployments -A | grep -i -e {}", shell_quote(domain.substr(0, domain.find('.')))), Risk::read});
    else
        finding.remedies.push_back({"see what it still waits for", format("{} describe {}", kubectl, name), Risk::read});
    if (users.empty())
        finding.remedies.push_back({"last resort, when its controller is gone for good: what it should have cleaned up stays behind",
                                    format("{} patch {} --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'", kubectl, name),
                                    Risk::disruptive});
    sink.add(std::move(finding));
}

template <class T> void check_kind(const RuleContext& context, FindingSink& sink) {
    for (const T& object : context.facts.all<T>()) {
        if (!object.meta.deleted || object.meta.finalizers.empty()) continue;
        const bool is_pod = T::k_kind == kube::Pod::k_kind; // whose deletion timestamp is the end of its grace period
        if (context.age(object.meta.deleted) <
            (is_pod || !is_of_kubernetes(object.meta.finalizers.front()) ? k_overdue : k_overdue_of_kubernetes))
            continue;
        if constexpr (std::is_same_v<T, kube::Pod>) {
            const bool containers_ended = object.status.phase == "Failed" || object.status.phase == "Succeeded" ||
                                          object.spec.node_name.empty() ||
                                          std::all_of(object.status.container_statuses.begin(), object.status.container_statuses.end(),
                                                      [](const auto& status) { return !status.state.running; });
            if (!containers_ended) continue; // the kubelet comes first
        }
        describe(context, object.meta, kube::ref_of(object), sink);
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    check_kind<kube::Pod>(context, sink);
    check_kind<kube::PersistentVolumeClaim>(context, sink);
    check_kind<kube::PersistentVolume>(context, sink);
    check_kind<kube::Service>(context, sink);
    check_kind<kube::Deployment>(context, sink);
    check_kind<kube::StatefulSet>(context, sink);
    check_kind<kube::DaemonSet>(context, sink);
    check_kind<kube::ReplicaSet>(context, sink);
    check_kind<kube::Job>(context, sink);
    check_kind<kube::CronJob>(context, sink);
    check_kind<kube::ConfigMap>(context, sink);
    check_kind<kube::Secret>(context, sink);
    check_kind<kube::Ingress>(context, sink);
    check_kind<kube::Node>(context, sink);
}

} // namespace

extern const Rule k_stuck_terminating_finalizer{
    {.id = "KD1501",
     .name = "stuck-terminating-finalizer",
     .title = "a finalizer keeps a deleted object from going away",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::persistentvolumeclaims, kube::Resource::persistentvolumes, kube::Resource::services,
              kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::replicasets,
              kube::Resource::jobs, kube::Resource::cronjobs, kube::Resource::configmaps, kube::Resource::secrets,
              kube::Resource::ingresses, kube::Resource::nodes},
     .precedence = 50,
     .doc = {.meaning = "The object has a deletion timestamp and stays, because nobody removes a finalizer from it.",
             .why_it_matters = "A StatefulSet cannot make its pod anew, a claim's volume stays taken, and a namespace that holds the "
                               "object never goes away.",
             .how_it_is_found =
                 "metadata.deletionTimestamp lies in the past (30 seconds for a pod whose containers have ended, where it is the end of "
                 "the grace period, and for finalizers of add-ons; two minutes for those of Kubernetes itself) and metadata.finalizers is "
                 "not empty. "
                 "For claims the pods that still use them are named, because then nothing is stuck but somebody is still at work.",
             .what_to_do =
                 "Find the controller that owns the finalizer, and repair or start it.\nEnd the pods that still use a claim.\nRemove the "
                 "finalizer by hand only when its controller is gone for good, and clean up what it would have.",
             .see_also = "KD1504 KD1505"}},
    check};

} // namespace kdiag::rules::lifecycle
