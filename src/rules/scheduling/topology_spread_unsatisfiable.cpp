// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <set>

namespace kdiag::rules::scheduling {

namespace {

/// The constraint that fails: one whose key is on no node, else one whose skew is too large, else the first.
const SpreadCounts* failing(const Unscheduled& waiting) {
    if (!waiting.analysis->neighbours || waiting.analysis->neighbours->spread().empty()) return nullptr;
    const auto& spread = waiting.analysis->neighbours->spread();
    for (const auto& counts : spread)
        if (counts.domains.empty()) return &counts;
    for (const NodeFit* fit : waiting.analysis->decision.nodes)
        for (const auto& obstacle : fit->obstacles)
            for (const auto& counts : spread)
                if (obstacle.constraint == Constraint::topology_spread && obstacle.detail == counts.constraint->topology_key)
                    return &counts;
    return &spread.front();
}

std::string similar_key(const RuleContext& context, std::string_view key) {
    std::set<std::string> keys;
    for (const auto& node : context.facts.all<kube::Node>())
        for (const auto& label : node.meta.labels) keys.emplace(label.first);
    const auto near = nearest(key, {keys.begin(), keys.end()}, 1);
    return near.empty() ? std::string() : format("; nodes have `{}`", near.front());
}

std::string cause_of(const RuleContext& context, const Unscheduled& waiting, const SpreadCounts* counts, std::string_view key) {
    if (key.empty()) return "placing the pod anywhere would break a topology spread, which the scheduler's own configuration may demand";
    if (!counts) return format("placing the pod anywhere would break its spread over `{}` (whenUnsatisfiable DoNotSchedule)", key);
    if (counts->domains.empty())
        return format("the pod must be spread over `{}` (whenUnsatisfiable DoNotSchedule), and no node it may use has that label{}", key,
                      similar_key(context, key));
    std::vector<std::string> domains;
    for (const auto& [domain, pods] : counts->domains) domains.push_back(format("{} has {}", domain, pods));
    return format("maxSkew {} over `{}` does not allow one more pod where it could go: {}; the place with the fewest must take it, and its "
                  "nodes cannot{}",
                  counts->constraint->max_skew, key, list_some(domains, 4), near_misses(waiting));
}

void describe(const RuleContext& context, const Unscheduled& waiting, FindingSink& sink) {
    Finding finding = begin_finding(context, waiting);
    const auto* counts = failing(waiting);
    const auto& declared = waiting.pod->spec.topology_spread_constraints;
    const auto strict =
        std::find_if(declared.begin(), declared.end(), [](const auto& c) { return c.when_unsatisfiable != "ScheduleAnyway"; });
    const auto* constraint = counts ? counts->constraint : strict == declared.end() ? nullptr : &*strict;
    const std::string key(constraint ? constraint->topology_key : std::string_view{});
    const bool no_label = counts && counts->domains.empty();
    finding.title = no_label      ? format("no node has the label `{}` that the pod's topology spread needs", key)
                    : key.empty() ? std::string("pod's topology spread leaves no node for it")
                                  : format("pod's topology spread over `{}` leaves no node for it", key);
    finding.cause = cause_of(context, waiting, counts, key);
    if (no_label) finding.confidence = Confidence::certain;
    if (constraint) {
        const auto index = static_cast<std::size_t>(constraint - declared.begin());
        finding.evidence.push_back(
            field(format(".spec.topologySpreadConstraints[{}].topologyKey", index), key,
                  format("spread over {} with maxSkew {}, {}", key, constraint->max_skew,
                         constraint->when_unsatisfiable.empty() ? "DoNotSchedule" : constraint->when_unsatisfiable)));
    }
    add_table(context, waiting, finding);
    finding.impact = "fewer replicas run than were asked for";
    const auto top = context.facts.top_owner(*waiting.pod);
    if (no_label)
        finding.remedies.push_back({"see which labels the nodes have, and label them or name the right key",
                                    format("kubectl get nodes -L {}", shell_quote(key)), Risk::read});
    else
        finding.remedies.push_back({"see where the pods are and which nodes are free",
                                    format("{} get pods -o wide", kubectl_in(waiting.pod->meta.namespace_name)), Risk::read});
    if (top.kind != kube::Pod::k_kind)
        finding.remedies.push_back({"or set whenUnsatisfiable to ScheduleAnyway, which makes the spread a wish",
                                    format("{} edit {}", kubectl_in(top.namespace_name), kubectl_name(top)), Risk::change});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::topology_spread, Constraint::topology_label});
    for (const Unscheduled& pod : waiting) describe(context, pod, sink);
}

} // namespace

extern const Rule k_topology_spread_unsatisfiable{
    {.id = "KD1210",
     .name = "topology-spread-unsatisfiable",
     .title = "a topology spread constraint keeps a pod from every node",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::namespaces,
              kube::Resource::persistentvolumeclaims, kube::Resource::persistentvolumes},
     .precedence = 40,
     .doc = {.meaning = "A topologySpreadConstraint with whenUnsatisfiable DoNotSchedule cannot be kept on any node the pod could use.",
             .why_it_matters =
                 "The pod stays Pending although nodes have room. Without the topology label on the nodes no replica ever starts.",
             .how_it_is_found = "The scheduler reports topology spread constraints. The nodes' labels are searched for the topology key, "
                                "and the pods that the constraint counts are counted in each domain.",
             .what_to_do = "Check that the nodes carry the topology key.\nFree or add nodes in the domain with the fewest pods.\nSet "
                           "whenUnsatisfiable to ScheduleAnyway, or matchLabelKeys to pod-template-hash when old replicas are counted.",
             .false_positives = "The constraint may come from the scheduler's configuration; then the pod itself declares none.",
             .see_also = "KD1207"}},
    check};

} // namespace kdiag::rules::scheduling
