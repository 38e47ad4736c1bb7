// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/pod_volumes.hpp"

#include "kube/selector.hpp"
#include "rules/scheduling/node_filters.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::scheduling {

namespace {

constexpr std::string_view k_place_labels[] = {"topology.kubernetes.io/zone", "topology.kubernetes.io/region",
                                               "failure-domain.beta.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/region"};

/// `a__b` names several zones.
bool zone_list_has(std::string_view list, std::string_view zone) {
    for (std::size_t start = 0; start <= list.size();) {
        const auto end = std::min(list.find("__", start), list.size());
        if (list.substr(start, end - start) == zone) return true;
        start = end + 2;
    }
    return false;
}

bool zones_reach(const kube::PersistentVolume& volume, const kube::Node& node) {
    for (const auto key : k_place_labels)
        if (kube::has_key(volume.meta.labels, key) && kube::has_key(node.meta.labels, key) &&
            !zone_list_has(kube::value_of(volume.meta.labels, key), kube::value_of(node.meta.labels, key)))
            return false;
    return true;
}

} // namespace

std::vector<PodClaim> claims_of(const kube::Pod& pod, const facts::Snapshot& facts) {
    std::vector<PodClaim> claims;
    for (const auto& volume : pod.spec.volumes) {
        PodClaim claim{.volume = std::string(volume.name)};
        if (volume.persistent_volume_claim)
            claim.name = volume.persistent_volume_claim->claim_name;
        else if (volume.ephemeral)
            claim = {.name = format("{}-{}", pod.meta.name, volume.name), .volume = claim.volume, .ephemeral = true};
        else
            continue;
        claim.claim = facts.find<kube::PersistentVolumeClaim>(pod.meta.namespace_name, claim.name);
        if (claim.claim && !claim.claim->spec.volume_name.empty())
            claim.bound = facts.find<kube::PersistentVolume>({}, claim.claim->spec.volume_name);
        claims.push_back(std::move(claim));
    }
    return claims;
}

bool reaches(const kube::PersistentVolume& volume, const kube::Node& node) {
    if (!zones_reach(volume, node)) return false;
    if (!volume.spec.node_affinity || volume.spec.node_affinity->terms.empty()) return true;
    const auto& terms = volume.spec.node_affinity->terms;
    return std::any_of(terms.begin(), terms.end(), [&](const auto& term) {
        return std::all_of(term.match_expressions.begin(), term.match_expressions.end(),
                           [&](const auto& r) { return holds(r, node.meta.labels); });
    });
}

std::string place_of(const kube::PersistentVolume& volume) {
    std::vector<std::string> places;
    if (volume.spec.node_affinity)
        for (const auto& term : volume.spec.node_affinity->terms) {
            std::vector<std::string> parts;
            for (const auto& r : term.match_expressions) parts.push_back(kube::show(r));
            if (!parts.empty()) places.push_back(format("{}", join(parts, " and ")));
        }
    if (places.empty())
        for (const auto key : k_place_labels)
            if (kube::has_key(volume.meta.labels, key)) places.push_back(format("{}={}", key, kube::value_of(volume.meta.labels, key)));
    return format("{}", join(places, ", or "));
}

std::vector<Obstacle> volume_obstacles(const std::vector<PodClaim>& claims, const kube::Node& node) {
    std::vector<Obstacle> obstacles;
    for (const auto& claim : claims)
        if (claim.bound && !reaches(*claim.bound, node))
            obstacles.push_back({Constraint::volume_affinity, format("volume of {}", claim.name), claim.name});
    return obstacles;
}

} // namespace kdiag::rules::scheduling
