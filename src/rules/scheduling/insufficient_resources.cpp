// SPDX-License-Identifier: Apache-2.0
#include "kube/quantity.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "rules/scheduling/rules.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::scheduling {

namespace {

/// The resources that are short on every node of the decision, else those short anywhere; without nodes those of the message.
std::vector<std::string> short_resources(const Unscheduled& waiting) {
    std::vector<std::string> everywhere, anywhere;
    for (const NodeFit* fit : waiting.analysis->decision.nodes)
        for (const auto& obstacle : fit->obstacles)
            if (obstacle.constraint == Constraint::resource &&
                std::find(anywhere.begin(), anywhere.end(), obstacle.detail) == anywhere.end())
                anywhere.push_back(obstacle.detail);
    for (const auto& resource : anywhere) {
        const auto& nodes = waiting.analysis->decision.nodes;
        const bool on_all = std::all_of(nodes.begin(), nodes.end(), [&](const NodeFit* fit) {
            return std::any_of(fit->obstacles.begin(), fit->obstacles.end(), [&](const Obstacle& o) { return o.detail == resource; });
        });
        if (on_all) everywhere.push_back(resource);
    }
    if (anywhere.empty())
        for (const auto& refusal : waiting.said.refusals)
            if (refusal.constraint == Constraint::resource && !refusal.detail.empty()) anywhere.emplace_back(refusal.detail);
    return everywhere.empty() ? anywhere : everywhere;
}

/// A resource that even an empty node could not give, with the most that one has.
struct TooLarge {
    std::string resource;
    std::int64_t wanted = 0, largest = 0;
};
std::vector<TooLarge> larger_than_any(const Unscheduled& waiting, const std::vector<std::string>& resources, const Amounts& requests) {
    const auto& nodes = waiting.analysis->decision.nodes;
    std::vector<TooLarge> all;
    for (const auto& resource : resources) {
        TooLarge found{.resource = resource, .wanted = amount_of(requests, resource)};
        for (const NodeFit* fit : nodes) found.largest = std::max(found.largest, amount_of(fit->room->allocatable, resource));
        if (!nodes.empty() && found.wanted > found.largest) all.push_back(std::move(found));
    }
    return all;
}

/// Pods of the same workload with another template: a rollout's old pods hold the room its new ones need.
bool rollout_in_its_own_way(const RuleContext& context, const kube::Pod& pod) {
    const auto hash = kube::value_of(pod.meta.labels, "pod-template-hash");
    const auto top = context.facts.top_owner(pod);
    if (hash.empty() || top.kind != kube::Deployment::k_kind) return false;
    const auto pods = context.facts.pods_of_workload(top);
    return std::any_of(pods.begin(), pods.end(), [&](const kube::Pod* other) {
        return !other->spec.node_name.empty() && takes_room(*other) && kube::value_of(other->meta.labels, "pod-template-hash") != hash;
    });
}

void add_request_evidence(const kube::Pod& pod, const std::vector<std::string>& resources, Finding& finding) {
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i)
        for (const auto& [resource, text] : pod.spec.containers[i].resources.requests)
            if (std::find(resources.begin(), resources.end(), resource) != resources.end())
                finding.evidence.push_back(field(format(".spec.containers[{}].resources.requests[\"{}\"]", i, resource), std::string(text),
                                                 format("container {} requests {} {}", pod.spec.containers[i].name, resource, text)));
}

/// The most that one of the nodes has free, as a request can be written; empty when that is nothing.
std::string most_free(const Unscheduled& waiting, std::string_view resource) {
    std::int64_t most = 0;
    for (const NodeFit* fit : waiting.analysis->decision.nodes) most = std::max(most, fit->room->free(resource));
    constexpr std::int64_t k_mebibyte = 1024 * 1024 * 1000LL; // in thousandths of a byte
    if (resource == "cpu") return most > 0 ? format("{}m", most) : std::string();
    return most >= k_mebibyte ? format("{}Mi", most / k_mebibyte) : std::string();
}

void add_remedies(const RuleContext& context, const Unscheduled& waiting, const std::vector<std::string>& resources, bool rollout,
                  Finding& finding) {
    const kube::Pod& pod = *waiting.pod;
    const auto top = context.facts.top_owner(pod);
    const auto plain = std::find_if(resources.begin(), resources.end(), [](const auto& r) { return r == "cpu" || r == "memory"; });
    if (rollout)
        finding.remedies.push_back(
            {"let the rollout remove an old pod before it starts a new one",
             format("{} patch {} -p '{{\"spec\":{{\"strategy\":{{\"rollingUpdate\":{{\"maxSurge\":0,\"maxUnavailable\":1}}}}}}}}'",
                    kubectl_in(top.namespace_name), kubectl_name(top)),
             Risk::change});
    const std::string free = plain == resources.end() ? std::string() : most_free(waiting, *plain);
    if (!free.empty() && top.kind != kube::Pod::k_kind && pod.spec.containers.size() == 1)
        finding.remedies.push_back({format("ask for less {}, if that is enough: at most {} is free on one node", *plain, free),
                                    format("{} set resources {} -c {} --requests={}={}", kubectl_in(top.namespace_name), kubectl_name(top),
                                           shell_quote(pod.spec.containers.front().name), *plain, free),
                                    Risk::change});
    finding.remedies.push_back({"add a node with more room; this shows what is reserved now",
                                "kubectl describe nodes | grep -A 8 'Allocated resources'", Risk::read});
}

void describe(const RuleContext& context, const Unscheduled& waiting, FindingSink& sink) {
    const kube::Pod& pod = *waiting.pod;
    const auto resources = short_resources(waiting);
    const Amounts requests = requests_of(pod.spec);
    const std::string names = resources.empty() ? "resources" : list_some(resources);
    Finding finding = begin_finding(context, waiting);
    const auto too_large = larger_than_any(waiting, resources, requests);
    const bool rollout = too_large.empty() && rollout_in_its_own_way(context, pod);
    if (!too_large.empty()) {
        std::vector<std::string> wanted, offered;
        for (const auto& amount : too_large) {
            wanted.push_back(format("{} {}", kube::show_quantity(amount.resource, amount.wanted), amount.resource));
            offered.push_back(format("{} {}", kube::show_quantity(amount.resource, amount.largest), amount.resource));
        }
        const bool others_could = waiting.analysis->decision.nodes.size() < waiting.analysis->fits.size();
        finding.title = format("pod asks for {}, more than any node{} has", list_some(wanted), others_could ? " it may use" : "");
        finding.cause = format("the pod requests {}, and the most that a node which comes into question offers is {}: it fits on no node, "
                               "however empty{}",
                               list_some(wanted), list_some(offered), near_misses(waiting));
        finding.confidence = Confidence::certain;
    } else {
        std::vector<std::string> amounts;
        for (const auto& resource : resources)
            if (resource == "pods" || amount_of(requests, resource) > 0)
                amounts.push_back(resource == "pods"
                                      ? "a place for one more pod"
                                      : format("{} {}", kube::show_quantity(resource, amount_of(requests, resource)), resource));
        finding.title = format("pod does not fit on any node: insufficient {}", names);
        const std::string who = format("{} {}", nodes_phrase(waiting),
                                       waiting.analysis->decision.nodes.size() == 1 || waiting.said.nodes_total == 1 ? "has" : "have");
        finding.cause = amounts.empty() ? format("{} too little {} free", who, names)
                                        : format("the pod needs {}, and {} less than that free", list_some(amounts), who);
        finding.cause += format(": requests of other pods count, not their use{}{}",
                                rollout ? "; old pods of the same rollout hold part of it" : "", near_misses(waiting));
    }
    add_request_evidence(pod, resources, finding);
    add_table(context, waiting, finding);
    finding.impact = "the pod does not start, and nothing it should do is done";
    add_remedies(context, waiting, resources, rollout, finding);
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::resource});
    for (const Unscheduled& pod : waiting)
        if (!asks_for_absent_resource(context.facts, pod)) describe(context, pod, sink);
}

} // namespace

extern const Rule k_insufficient_resources{
    {.id = "KD1217",
     .name = "insufficient-resources",
     .title = "a pod asks for more than any node has free",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments,
              kube::Resource::persistentvolumeclaims, kube::Resource::persistentvolumes, kube::Resource::namespaces},
     .precedence = 40,
     .doc = {.meaning = "The scheduler finds no node with enough cpu, memory, ephemeral storage, places for pods or devices left for the "
                        "pod's requests.",
             .why_it_matters = "The pod stays Pending. When the request is larger than every node, it stays so for ever, and a rollout "
                               "that needs room for new pods beside old ones can block itself.",
             .how_it_is_found = "The PodScheduled condition or the FailedScheduling event says Insufficient for a resource. The room on "
                                "each node is recomputed: allocatable minus the requests of all pods on it that have not ended. "
                                "A request above the allocatable amount of every node that comes into question is told apart from nodes "
                                "that are full now. Nodes that the pod's own selector, its volumes or taints rule out are left aside.",
             .what_to_do =
                 "Compare the request with the table of nodes.\nLower a request that is a slip of the unit or simply too large.\nAdd a "
                 "node, or free room on one, when the request is right.\nSet maxSurge to 0 when a rollout waits for its own old pods.",
             .false_positives =
                 "A cluster autoscaler that is adding a node: within ten minutes of its TriggeredScaleUp event nothing is reported.",
             .see_also = "KD1201 KD1213 KD1203"}},
    check};

} // namespace kdiag::rules::scheduling
