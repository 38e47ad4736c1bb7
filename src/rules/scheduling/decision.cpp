// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/decision.hpp"

#include "rules/scheduling/node_filters.hpp"

#include <algorithm>
#include <map>

namespace kdiag::rules::scheduling {

namespace {

using Kinds = std::set<Constraint>;
using Nodes = std::vector<const NodeFit*>;

constexpr Constraint k_of_the_pod[] = {Constraint::gate,       Constraint::claim_missing, Constraint::claim_deleting,
                                       Constraint::claim_lost, Constraint::claim_foreign, Constraint::claim_unbound,
                                       Constraint::gang};
constexpr Constraint k_choice[] = {Constraint::volume_affinity, Constraint::node_name, Constraint::node_selector,
                                   Constraint::taint,           Constraint::cordoned,  Constraint::node_condition};

bool is_choice(Constraint kind) {
    return std::find(std::begin(k_choice), std::end(k_choice), kind) != std::end(k_choice);
}

/// Both sides of anti-affinity are one cause.
Constraint joined(Constraint kind) {
    return kind == Constraint::existing_anti_affinity ? Constraint::pod_anti_affinity : kind;
}

std::string_view taint_key(std::string_view detail) {
    return detail.substr(0, std::min(detail.find(':'), detail.find('=')));
}

bool is_tainted_control_plane(const NodeFit& fit) {
    return std::any_of(fit.obstacles.begin(), fit.obstacles.end(),
                       [](const Obstacle& o) { return o.constraint == Constraint::taint && is_control_plane_taint(o.detail); });
}

Nodes without(const Nodes& nodes, Constraint kind) {
    Nodes left;
    std::copy_if(nodes.begin(), nodes.end(), std::back_inserter(left), [&](const NodeFit* fit) { return !fit->has(kind); });
    return left;
}

Kinds kinds_on(const NodeFit& fit) {
    Kinds kinds;
    for (const auto& obstacle : fit.obstacles) kinds.insert(joined(obstacle.constraint));
    return kinds;
}

/// Of taints, illness and cordons the one that alone keeps the pod from most nodes; on a tie illness, which nobody wanted.
Constraint decisive_taint(const Nodes& nodes) {
    std::map<Constraint, int> alone, any;
    for (const NodeFit* fit : nodes) {
        const Kinds kinds = kinds_on(*fit);
        for (const Constraint kind : {Constraint::node_condition, Constraint::cordoned, Constraint::taint}) {
            if (!kinds.contains(kind)) continue;
            ++any[kind];
            if (kinds.size() == 1) ++alone[kind];
        }
    }
    const auto& counts = alone.empty() ? any : alone;
    Constraint best = Constraint::taint;
    int most = 0;
    for (const Constraint kind : {Constraint::node_condition, Constraint::cordoned, Constraint::taint})
        if (const auto found = counts.find(kind); found != counts.end() && found->second > most) {
            best = kind;
            most = found->second;
        }
    return best;
}

/// One constraint that all nodes share, preferably one that the scheduler named.
Decision decide_among_left(const Nodes& nodes, const Kinds& said) {
    Kinds common = kinds_on(*nodes.front());
    for (const NodeFit* fit : nodes) {
        const Kinds here = kinds_on(*fit);
        std::erase_if(common, [&](Constraint kind) { return !here.contains(kind); });
    }
    for (const Constraint kind : common)
        if (said.contains(kind)) return {kind, nodes};
    return {common.empty() ? Constraint::other : *common.begin(), nodes};
}

Decision decide_by_message(Kinds kinds) {
    if (kinds.size() == 1) return {*kinds.begin(), {}};
    if (kinds.contains(Constraint::topology_spread) && kinds.contains(Constraint::topology_label)) kinds.erase(Constraint::topology_label);
    Kinds full;
    std::copy_if(kinds.begin(), kinds.end(), std::inserter(full, full.end()), [](Constraint kind) { return !is_choice(kind); });
    if (full.size() == 1) return {*full.begin(), {}};
    if (full.empty() && kinds.contains(Constraint::volume_affinity)) return {Constraint::volume_affinity, {}};
    return {};
}

Decision decide_by_nodes(const Kinds& said, const std::vector<NodeFit>& fits) {
    Nodes all, nodes;
    for (const auto& fit : fits) all.push_back(&fit);
    std::copy_if(all.begin(), all.end(), std::back_inserter(nodes), [](const NodeFit* fit) { return !is_tainted_control_plane(*fit); });
    if (nodes.empty()) nodes = all;
    const Nodes reachable = without(nodes, Constraint::volume_affinity);
    if (reachable.empty()) return {Constraint::volume_affinity, nodes};
    const Nodes wanted = without(reachable, Constraint::node_selector);
    if (wanted.empty())
        return {without(nodes, Constraint::node_selector).empty() ? Constraint::node_selector : Constraint::volume_affinity, nodes};
    Nodes open = wanted;
    for (const Constraint kind : {Constraint::taint, Constraint::node_condition, Constraint::cordoned}) open = without(open, kind);
    if (open.empty()) return {decisive_taint(wanted), wanted};
    const bool one_looks_free = std::any_of(open.begin(), open.end(), [](const NodeFit* fit) { return fit->obstacles.empty(); });
    if (!one_looks_free) return decide_among_left(open, said);
    // The scheduler knows something that the objects do not show, or the cluster has changed since it looked.
    Kinds unseen = said;
    std::erase_if(unseen, [](Constraint kind) { return is_choice(kind); });
    Decision decision = decide_by_message(unseen.empty() ? said : unseen);
    decision.nodes = open;
    return decision;
}

/// What may be blamed when these kinds were named.
Kinds possible_decisions(const Kinds& kinds) {
    Kinds possible = kinds;
    for (const Constraint kind : {Constraint::taint, Constraint::node_condition, Constraint::cordoned})
        if (kinds.contains(kind)) possible.insert({Constraint::taint, Constraint::node_condition, Constraint::cordoned});
    if (kinds.size() > 1) possible.insert(Constraint::other);
    return possible;
}

} // namespace

std::set<Constraint> kinds_of(const SchedulerMessage& said, const kube::PodSpec& spec) {
    Kinds kinds;
    bool control_plane = false;
    for (const auto& refusal : said.refusals) {
        Constraint kind = joined(refusal.constraint);
        if (kind == Constraint::taint && is_control_plane_taint(taint_key(refusal.detail))) {
            control_plane = true;
            continue;
        }
        if (kind == Constraint::taint) kind = meaning_of_taint(taint_key(refusal.detail));
        if (kind == Constraint::inter_pod)
            kind = spec.affinity && spec.affinity->pod && !spec.affinity->pod->required.empty() ? Constraint::pod_affinity
                                                                                                : Constraint::pod_anti_affinity;
        kinds.insert(kind);
    }
    if (kinds.empty() && control_plane) kinds.insert(Constraint::taint);
    return kinds;
}

Decision decide(const SchedulerMessage& said, const std::vector<NodeFit>& fits, const kube::PodSpec& spec) {
    if (said.no_nodes) return {Constraint::node_condition, {}};
    const Kinds kinds = kinds_of(said, spec);
    for (const Constraint kind : k_of_the_pod)
        if (kinds.contains(kind)) return {kind, {}};
    Decision decision = fits.empty() ? decide_by_message(kinds) : decide_by_nodes(kinds, fits);
    // The scheduler looked at each node: what it did not name is not what keeps the pod waiting.
    if (!possible_decisions(kinds).contains(decision.constraint))
        decision.constraint = kinds.size() == 1 ? *kinds.begin() : Constraint::other;
    return decision;
}

} // namespace kdiag::rules::scheduling
