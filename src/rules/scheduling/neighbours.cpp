// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/neighbours.hpp"

#include "kube/selector.hpp"
#include "rules/scheduling/node_filters.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <unordered_map>

namespace kdiag::rules::scheduling {

namespace {

/// Namespaces a term looks into: those it lists, those its selector selects, else the namespace of the pod that has the term.
bool looks_into(const kube::PodAffinityTerm& term, std::string_view own, std::string_view other, const facts::Snapshot& facts) {
    if (term.namespaces.empty() && !term.namespace_selector) return own == other;
    if (std::find(term.namespaces.begin(), term.namespaces.end(), other) != term.namespaces.end()) return true;
    if (!term.namespace_selector) return false;
    if (term.namespace_selector->empty()) return true;
    const auto* space = facts.find<kube::Namespace>({}, other);
    return space && kube::matches(*term.namespace_selector, space->meta.labels);
}

/// A null selector selects nothing.
bool selects(const kube::PodAffinityTerm& term, const kube::TextMap& labels) {
    return term.label_selector && kube::matches(*term.label_selector, labels);
}

std::vector<const kube::PodAffinityTerm*> required_terms(const kube::PodSpec& spec, bool anti) {
    std::vector<const kube::PodAffinityTerm*> terms;
    if (!spec.affinity) return terms;
    const auto& affinity = anti ? spec.affinity->pod_anti : spec.affinity->pod;
    if (affinity)
        for (const auto& term : affinity->required) terms.push_back(&term);
    return terms;
}

} // namespace

Neighbours::Neighbours(const ClusterRoom& cluster, const kube::Pod& pod) : m_cluster(cluster), m_pod(pod) {
    for (const auto* term : required_terms(pod.spec, false)) m_affinity.push_back(places_of(*term));
    for (const auto* term : required_terms(pod.spec, true)) m_anti_affinity.push_back(places_of(*term));
    for (const auto& constraint : pod.spec.topology_spread_constraints)
        if (constraint.when_unsatisfiable != "ScheduleAnyway") m_spread.push_back(counts_of(constraint));
    find_excluders();
}

void Neighbours::find_excluders() {
    for (const kube::Pod* other : m_cluster.exclusive_pods()) {
        Excluder excluder{.pod = other, .room = m_cluster.find(other->spec.node_name), .terms = {}};
        for (const auto& term : other->spec.affinity->pod_anti->required)
            if (looks_into(term, other->meta.namespace_name, m_pod.meta.namespace_name, m_cluster.facts()) && selects(term, m_pod.meta.labels)) excluder.terms.push_back(&term);
        if (excluder.room != nullptr && !excluder.terms.empty()) m_excluders.push_back(std::move(excluder));
    }
}

/// The pods of the own namespace that are placed and match, in the order of the nodes.
std::vector<const kube::Pod*> Neighbours::placed_matching(const kube::LabelSelector& selector) const {
    auto pods = m_cluster.facts().pods_matching(m_pod.meta.namespace_name, selector);
    std::erase_if(pods, [&](const kube::Pod* pod) { return !takes_room(*pod) || m_cluster.find(pod->spec.node_name) == nullptr; });
    std::stable_sort(pods.begin(), pods.end(), [](const kube::Pod* a, const kube::Pod* b) { return a->spec.node_name < b->spec.node_name; });
    return pods;
}

TermPlaces Neighbours::places_of(const kube::PodAffinityTerm& term) const {
    TermPlaces places{.term = &term};
    const std::string_view own = m_pod.meta.namespace_name;
    places.known = !term.namespace_selector || term.namespace_selector->empty() || m_cluster.facts().knows<kube::Namespace>();
    places.matches_itself = looks_into(term, own, own, m_cluster.facts()) && selects(term, m_pod.meta.labels);
    const auto add = [&](const NodeRoom& room, const kube::Pod* other) {
        ++places.pods_total;
        if (kube::has_key(room.node->meta.labels, term.topology_key)) places.pods.emplace(kube::value_of(room.node->meta.labels, term.topology_key), other);
    };
    if (term.namespaces.empty() && !term.namespace_selector) {
        if (term.label_selector)
            for (const kube::Pod* other : placed_matching(*term.label_selector)) add(*m_cluster.find(other->spec.node_name), other);
        return places;
    }
    for (const auto& room : m_cluster.nodes())
        for (const kube::Pod* other : room.pods)
            if (looks_into(term, own, other->meta.namespace_name, m_cluster.facts()) && selects(term, other->meta.labels)) add(room, other);
    return places;
}

SpreadCounts Neighbours::counts_of(const kube::TopologySpreadConstraint& constraint) const {
    SpreadCounts counts{.constraint = &constraint};
    counts.itself = constraint.label_selector && kube::matches(*constraint.label_selector, m_pod.meta.labels) ? 1 : 0;
    std::unordered_map<const NodeRoom*, std::int64_t> on_node;
    if (constraint.label_selector)
        for (const kube::Pod* pod : placed_matching(*constraint.label_selector))
            if (!pod->meta.deleted) ++on_node[m_cluster.find(pod->spec.node_name)];
    for (const auto& room : m_cluster.nodes()) {
        if (!kube::has_key(room.node->meta.labels, constraint.topology_key) || !wants_node(m_pod.spec, *room.node)) continue;
        const auto found = on_node.find(&room);
        counts.domains[kube::value_of(room.node->meta.labels, constraint.topology_key)] += found == on_node.end() ? 0 : found->second;
    }
    const auto least =
        std::min_element(counts.domains.begin(), counts.domains.end(), [](const auto& a, const auto& b) { return a.second < b.second; });
    const bool too_few_domains = constraint.min_domains && static_cast<std::int64_t>(counts.domains.size()) < *constraint.min_domains;
    counts.fewest = least == counts.domains.end() || too_few_domains ? 0 : least->second;
    return counts;
}

std::vector<Obstacle> Neighbours::obstacles(const kube::Node& node) const {
    std::vector<Obstacle> obstacles;
    const auto domain_of = [&](std::string_view key) { return kube::value_of(node.meta.labels, key); };
    for (const auto& places : m_affinity) {
        if (!places.known) continue;
        const bool first_of_its_kind = places.pods_total == 0 && places.matches_itself;
        const auto key = places.term->topology_key;
        if (!kube::has_key(node.meta.labels, key))
            obstacles.push_back({Constraint::pod_affinity, format("no label {}", key), std::string(key)});
        else if (!first_of_its_kind && !places.pods.contains(domain_of(key)))
            obstacles.push_back({Constraint::pod_affinity, "affinity: no such pod here"});
    }
    for (const auto& places : m_anti_affinity) {
        if (!kube::has_key(node.meta.labels, places.term->topology_key)) continue;
        const auto found = places.pods.find(domain_of(places.term->topology_key));
        if (found != places.pods.end())
            obstacles.push_back({Constraint::pod_anti_affinity, format("anti-affinity: {}", found->second->meta.name),
                                 std::string(found->second->meta.name)});
    }
    for (const auto& [other, room, terms] : m_excluders) {
        const bool same_rule = !obstacles.empty() && obstacles.back().detail == other->meta.name;
        if (same_rule) continue;
        for (const auto* term : terms) {
            const auto key = term->topology_key;
            if (!kube::has_key(room->node->meta.labels, key) || !kube::has_key(node.meta.labels, key)) continue;
            if (kube::value_of(room->node->meta.labels, key) != domain_of(key)) continue;
            obstacles.push_back(
                {Constraint::existing_anti_affinity, format("anti-affinity of {}", other->meta.name), std::string(other->meta.name)});
            break;
        }
    }
    for (const auto& counts : m_spread) {
        const auto key = counts.constraint->topology_key;
        if (!kube::has_key(node.meta.labels, key)) {
            obstacles.push_back({Constraint::topology_label, format("no label {}", key), std::string(key)});
        } else if (const auto found = counts.domains.find(domain_of(key)); found != counts.domains.end()) {
            if (found->second + counts.itself - counts.fewest > counts.constraint->max_skew)
                obstacles.push_back(
                    {Constraint::topology_spread, format("spread: {} has {}", found->first, found->second), std::string(key)});
        }
    }
    return obstacles;
}

} // namespace kdiag::rules::scheduling
