// SPDX-License-Identifier: Apache-2.0
#include "rules/network/near_labels.hpp"

#include "kube/selector.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace kdiag::rules::network {

namespace {

constexpr std::size_t k_other_key = 2, k_foreign = 8;

/// What controllers write into labels, which no person selects by.
bool is_generated(kube::Text key) {
    return key == "pod-template-hash" || key == "controller-revision-hash" || key == "statefulset.kubernetes.io/pod-name" ||
           key == "pod-template-generation" || key.starts_with("batch.kubernetes.io/") || key == "controller-uid" || key == "job-name";
}

bool is_near(kube::Text wanted, kube::Text found) {
    if (wanted.empty() || found.empty()) return false;
    const bool within = std::min(wanted.size(), found.size()) >= 3 && (contains(wanted, found) || contains(found, wanted));
    return within || !nearest(wanted, {std::string(found)}, 1).empty();
}

/// The label that a pair of the selector was probably meant to be, and how far it is.
struct Match {
    kube::Text key, value;
    std::size_t distance = 0;
};

std::optional<Match> match_pair(kube::Text key, kube::Text value, const kube::TextMap& labels) {
    if (kube::has_key(labels, key)) {
        const auto found = kube::value_of(labels, key);
        if (found == value) return Match{key, value, 0};
        const std::size_t edits = std::max<std::size_t>(edit_distance(value, found), 1); // they may differ in case only
        return Match{key, found, is_near(value, found) ? std::min(edits, k_foreign - 1) : k_foreign};
    }
    for (const auto& [other, found] : labels)
        if (!is_generated(other) && (found == value || (is_near(key, other) && is_near(value, found))))
            return Match{other, found, k_other_key};
    return std::nullopt;
}

struct Candidate {
    kube::ObjectRef ref;
    const kube::TextMap* labels = nullptr;
    const kube::TextMap* own_labels = nullptr; ///< of the workload itself
};

using Candidates = std::unordered_map<std::string_view, std::vector<Candidate>>; ///< by namespace

template <class T> void add_workloads(const facts::Snapshot& facts, Candidates& candidates) {
    for (const auto& object : facts.all<T>())
        if (!object.meta.deleted) candidates[object.meta.namespace_name].push_back({kube::ref_of(object), &object.spec.pod_template.meta.labels, &object.meta.labels});
}

Candidates all_candidates(const RuleContext& context) {
    Candidates candidates;
    add_workloads<kube::Deployment>(context.facts, candidates);
    add_workloads<kube::StatefulSet>(context.facts, candidates);
    add_workloads<kube::DaemonSet>(context.facts, candidates);
    std::unordered_set<std::string> listed;
    for (const auto& [name, of_namespace] : candidates)
        for (const auto& candidate : of_namespace) listed.insert(candidate.ref.key());
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.status.phase == "Succeeded" || pod.status.phase == "Failed") continue;
        auto top = context.facts.top_owner(pod);
        if (listed.insert(top.key()).second) candidates[pod.meta.namespace_name].push_back({std::move(top), &pod.meta.labels, nullptr});
    }
    return candidates;
}

std::span<const Candidate> candidates_in(const RuleContext& context, std::string_view namespace_name) {
    const auto& all = context.once(&all_candidates);
    const auto found = all.find(namespace_name);
    return found == all.end() ? std::span<const Candidate>() : found->second;
}

/// The pairs of a selector that labels do not meet, and what stands in their place.
NearLabels compare(const Candidate& candidate, const kube::TextMap& selector) {
    NearLabels near{.holder = candidate.ref, .wanted = {}, .found = {}};
    kube::TextMap wanted, found;
    bool whole = true;
    for (const auto& [key, value] : selector) {
        const auto match = match_pair(key, value, *candidate.labels);
        if (!match || match->distance > 0) wanted.emplace_back(key, value);
        if (match && match->distance > 0) found.emplace_back(match->key, match->value);
        if (match) near.corrected.emplace_back(match->key, match->value);
        whole = whole && match;
    }
    if (!whole) near.corrected = {};
    near.wanted = kube::show(wanted);
    near.found = kube::show(found);
    return near;
}

NearLabels only_on_object(const Candidate& candidate, const kube::TextMap& selector) {
    NearLabels near = compare(candidate, selector);
    near.corrected = {};
    near.certain = near.only_on_object = true;
    return near;
}

using WithLabel = std::map<std::pair<std::string_view, std::string_view>, std::vector<const kube::Deployment*>>;

WithLabel deployments_by_label(const RuleContext& context) {
    WithLabel deployments;
    for (const auto& object : context.facts.all<kube::Deployment>())
        for (const auto& [key, value] : object.spec.pod_template.meta.labels) deployments[{key, value}].push_back(&object);
    return deployments;
}

/// The shortest list of Deployments that holds all whose pods a selector matches.
std::span<const kube::Deployment* const> possible_deployments(const RuleContext& context, const kube::TextMap& selector) {
    const auto& all = context.once(&deployments_by_label);
    std::span<const kube::Deployment* const> shortest;
    for (const auto& [key, value] : selector) {
        const auto found = all.find({key, value});
        if (found == all.end()) return {};
        if (shortest.empty() || found->second.size() < shortest.size()) shortest = found->second;
    }
    return shortest;
}

/// A workload elsewhere that the selector would match whole.
void add_elsewhere(const RuleContext& context, std::string_view namespace_name, const kube::TextMap& selector, std::vector<NearLabels>& found) {
    for (const auto* object : possible_deployments(context, selector))
        if (object->meta.namespace_name != namespace_name && kube::matches(selector, object->spec.pod_template.meta.labels)) {
            found.push_back({.holder = kube::ref_of(*object),
                             .wanted = kube::show(selector),
                             .found = kube::show(selector),
                             .other_namespace = std::string(object->meta.namespace_name)});
            return;
        }
}

} // namespace

std::optional<std::size_t> label_distance(const kube::TextMap& selector, const kube::TextMap& labels) {
    std::size_t distance = 0;
    bool related = false;
    for (const auto& [key, value] : selector) {
        const auto match = match_pair(key, value, labels);
        distance += match ? match->distance : k_foreign;
        related = related || (match && match->distance < k_foreign);
    }
    if (!related || distance > k_foreign) return std::nullopt;
    return distance;
}

std::string holder_has(const NearLabels& near) {
    const bool pod = near.holder.kind == kube::Pod::k_kind;
    return pod ? format("{} has", near.holder.display()) : format("the pods of {} have", near.holder.display());
}

std::vector<NearLabels> nearest_labels(const RuleContext& context, std::string_view namespace_name, const kube::TextMap& selector,
                                       std::string_view wanted_name, std::size_t limit) {
    struct Ranked {
        std::size_t distance;
        bool other_name;
        const Candidate* candidate;
    };
    const auto candidates = candidates_in(context, namespace_name);
    std::vector<Ranked> ranked;
    std::vector<NearLabels> found;
    for (const auto& candidate : candidates) {
        const bool same_name = candidate.ref.name == wanted_name;
        if (candidate.own_labels != nullptr && kube::matches(selector, *candidate.own_labels))
            found.push_back(only_on_object(candidate, selector));
        else if (const auto distance = label_distance(selector, *candidate.labels))
            ranked.push_back({*distance, !same_name, &candidate});
        else if (same_name)
            ranked.push_back({2 * k_foreign, false, &candidate});
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const Ranked& a, const Ranked& b) {
        return a.distance != b.distance ? a.distance < b.distance : a.other_name < b.other_name;
    });
    for (const auto& [distance, other_name, candidate] : ranked) {
        found.push_back(compare(*candidate, selector));
        found.back().certain = distance < k_foreign || !other_name;
    }
    if (found.empty()) add_elsewhere(context, namespace_name, selector, found);
    if (found.size() > limit) found.resize(limit);
    return found;
}

} // namespace kdiag::rules::network
