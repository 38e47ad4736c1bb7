// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::scheduling {

namespace {

/// The first bound claim whose volume does not reach some node of the decision, else the first bound one.
const PodClaim* pinned_claim(const Unscheduled& waiting) {
    for (const auto& claim : waiting.claims)
        for (const NodeFit* fit : waiting.analysis->decision.nodes)
            if (claim.bound && !reaches(*claim.bound, *fit->room->node)) return &claim;
    const auto bound =
        std::find_if(waiting.claims.begin(), waiting.claims.end(), [](const PodClaim& claim) { return claim.bound != nullptr; });
    return bound == waiting.claims.end() ? nullptr : &*bound;
}

/// Nodes that the volume does reach, with what keeps the pod from them.
std::string reached_nodes(const Unscheduled& waiting, const kube::PersistentVolume& volume) {
    std::vector<std::string> reached;
    for (const auto& fit : waiting.analysis->fits)
        if (reaches(volume, *fit.room->node) && !fit.obstacles.empty())
            reached.push_back(format("`{}` ({})", fit.room->node->meta.name, fit.obstacles.front().what));
    if (reached.empty()) return waiting.analysis->fits.empty() ? std::string() : "; no node is in that place";
    return "; the nodes there refuse the pod: " + list_some(reached, 2);
}

void describe(const RuleContext& context, const Unscheduled& waiting, FindingSink& sink) {
    Finding finding = begin_finding(context, waiting);
    const PodClaim* claim = pinned_claim(waiting);
    const std::string_view space = waiting.pod->meta.namespace_name;
    finding.title = claim ? format("volume of claim `{}` is in a place where the pod cannot run", claim->name)
                          : "pod's volumes are in a place where the pod cannot run";
    if (claim) {
        const std::string place = place_of(*claim->bound);
        finding.cause = format("PersistentVolume `{}` can only be used where {}{}", claim->bound->meta.name,
                               place.empty() ? "its driver allows" : format("`{}`", place), reached_nodes(waiting, *claim->bound));
        Evidence affinity =
            field(".spec.nodeAffinity", place, format("volume {} of claim {} is at {}", claim->bound->meta.name, claim->name, place));
        affinity.object = kube::ref_of(*claim->bound);
        finding.evidence.push_back(std::move(affinity));
        finding.explained_by.push_back(
            {.kind = std::string(kube::PersistentVolumeClaim::k_kind), .namespace_name = std::string(space), .name = claim->name});
    } else {
        finding.cause = "the scheduler found no node that reaches the pod's volumes: they belong to another zone or another node";
    }
    add_table(context, waiting, finding);
    finding.impact = "the pod does not start, its data cannot be reached";
    if (claim)
        finding.remedies.push_back({"see where the volume is",
                                    format("kubectl get persistentvolume {} -o yaml", shell_quote(claim->bound->meta.name)), Risk::read});
    finding.remedies.push_back(
        {"bring a node back, or add one, in that place", "kubectl get nodes -L topology.kubernetes.io/zone", Risk::read});
    finding.remedies.push_back(
        {"for new claims, let the class wait for the pod: volumeBindingMode WaitForFirstConsumer", {}, Risk::change});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::volume_affinity});
    for (const Unscheduled& pod : waiting) describe(context, pod, sink);
}

} // namespace

extern const Rule k_volume_zone_conflict{
    {.id = "KD1202",
     .name = "volume-zone-conflict",
     .title = "a volume is in another zone or on another node than the pod may use",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::persistentvolumeclaims, kube::Resource::persistentvolumes, kube::Resource::events,
              kube::Resource::replicasets, kube::Resource::namespaces},
     .precedence = 45,
     .doc = {.meaning = "A volume that the pod mounts can only be used on certain nodes, and the pod can go to none of them.",
             .why_it_matters = "The pod stays Pending, and its data cannot be reached from anywhere else.",
             .how_it_is_found = "The scheduler reports a volume node affinity conflict or no available volume zone. The node affinity of "
                                "the PersistentVolume and its zone labels are compared with the labels of every node. "
                                "When a node in the right place is only full or tainted, the rule for that speaks instead.",
             .what_to_do = "Find out where the volume is.\nBring back or add a node there.\nIf the data can go, delete the claim and "
                           "create it again with a StorageClass that waits for the first consumer.",
             .see_also = "KD1212 KD1217"}},
    check};

} // namespace kdiag::rules::scheduling
