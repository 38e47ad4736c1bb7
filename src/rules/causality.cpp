// SPDX-License-Identifier: Apache-2.0
#include "rules/causality.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>
#include <tuple>
#include <unordered_map>

namespace kdiag::rules {

namespace {

using Positions = std::vector<std::size_t>;

std::vector<std::string> keys_of(const Finding& finding) {
    std::set<std::string> keys{finding.subject.key()};
    if (!finding.owner.empty()) keys.insert(finding.owner.key());
    if (!finding.shared.empty()) keys.insert(finding.shared.key());
    for (const auto& ref : finding.affected) keys.insert(ref.key());
    return {keys.begin(), keys.end()};
}

std::unordered_map<std::string, Positions> index_by_object(const std::vector<Finding>& findings) {
    std::unordered_map<std::string, Positions> index;
    for (std::size_t i = 0; i < findings.size(); ++i)
        for (const auto& key : keys_of(findings[i])) index[key].push_back(i);
    return index;
}

/// Whether `from` can be reached from `start` by going from findings to their causes.
bool leads_to(const std::vector<Positions>& causes, std::size_t start, std::size_t from) {
    std::vector<std::size_t> open{start};
    std::set<std::size_t> seen{start};
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        if (at == from) return true;
        for (std::size_t next : causes[at])
            if (seen.insert(next).second) open.push_back(next);
    }
    return false;
}

struct Edge {
    std::size_t effect, cause;
};

/// Something merely worth knowing does not break anything else.
bool can_cause(const Finding& finding) {
    return finding.severity > Severity::info && !finding.rule->best_practice;
}

/// Candidate edges, the surest first: those that go down a stage cannot make a cycle.
std::vector<Edge> candidate_edges(const std::vector<Finding>& findings) {
    const auto index = index_by_object(findings);
    std::vector<Edge> edges;
    for (std::size_t effect = 0; effect < findings.size(); ++effect) {
        std::set<std::size_t> causes;
        const auto stage = findings[effect].rule->stage;
        const auto own = keys_of(findings[effect]);
        const auto is_own = [&](const std::string& key) { return std::binary_search(own.begin(), own.end(), key); };
        for (const auto& ref : findings[effect].explained_by) {
            const std::string key = ref.key();
            const auto found = index.find(key);
            if (found == index.end()) continue;
            for (std::size_t cause : found->second)
                if (cause != effect && can_cause(findings[cause]) && (!is_own(key) || findings[cause].rule->stage < stage)) causes.insert(cause);
        }
        // About the very same object (not only the same owner), the lower stage explains the higher.
        for (const auto& ref : findings[effect].affected) {
            if (findings[effect].stands_alone) break;
            const auto found = index.find(ref.key());
            if (found == index.end()) continue;
            for (std::size_t cause : found->second)
                if (cause != effect && can_cause(findings[cause]) && findings[cause].rule->stage < stage) causes.insert(cause);
        }
        for (std::size_t cause : causes) edges.push_back({effect, cause});
    }
    std::stable_sort(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) {
        const auto step = [&](const Edge& e) { return static_cast<int>(findings[e.cause].rule->stage) - static_cast<int>(findings[e.effect].rule->stage); };
        return step(a) < step(b);
    });
    return edges;
}

auto sort_key(const Finding& finding) {
    return std::make_tuple(-static_cast<int>(finding.severity), std::string_view(finding.subject.namespace_name), std::string_view(finding.subject.kind),
                           std::string_view(finding.subject.name), finding.rule->id, std::string_view(finding.id));
}

/// Sorts places and moves each finding once: findings are large.
std::vector<Finding> sorted(std::vector<Finding> findings) {
    Positions order(findings.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return sort_key(findings[a]) < sort_key(findings[b]); });
    std::vector<Finding> result;
    result.reserve(findings.size());
    for (const std::size_t at : order) result.push_back(std::move(findings[at]));
    return result;
}

} // namespace

void link_causes(std::vector<Finding>& findings) {
    std::vector<Positions> causes(findings.size());
    for (const auto& edge : candidate_edges(findings)) {
        const bool down = findings[edge.cause].rule->stage < findings[edge.effect].rule->stage;
        const auto climbs = [&](std::size_t i) { // only a cause of a higher stage can close a circle
            return std::any_of(causes[i].begin(), causes[i].end(), [&](std::size_t c) { return findings[c].rule->stage >= findings[i].rule->stage; });
        };
        if ((!down || climbs(edge.cause)) && leads_to(causes, edge.cause, edge.effect)) continue;
        causes[edge.effect].push_back(edge.cause);
    }
    for (std::size_t i = 0; i < findings.size(); ++i) {
        std::set<std::string> ids;
        for (std::size_t cause : causes[i]) ids.insert(findings[cause].id);
        findings[i].caused_by.assign(ids.begin(), ids.end());
    }
}

std::vector<Finding> order_by_cause(std::vector<Finding> findings) {
    findings = sorted(std::move(findings));
    std::unordered_map<std::string, Positions> effects;
    Positions roots;
    for (std::size_t i = 0; i < findings.size(); ++i) {
        if (findings[i].caused_by.empty()) roots.push_back(i);
        for (const auto& cause : findings[i].caused_by) effects[cause].push_back(i);
    }
    std::vector<Finding> ordered;
    std::vector<bool> placed(findings.size());
    Positions open(roots.rbegin(), roots.rend());
    while (!open.empty()) {
        const std::size_t at = open.back();
        open.pop_back();
        if (placed[at]) continue;
        placed[at] = true;
        const auto found = effects.find(findings[at].id);
        if (found != effects.end()) open.insert(open.end(), found->second.rbegin(), found->second.rend());
        ordered.push_back(std::move(findings[at]));
    }
    for (std::size_t i = 0; i < findings.size(); ++i)
        if (!placed[i]) ordered.push_back(std::move(findings[i])); // the cause was filtered away
    return ordered;
}

} // namespace kdiag::rules
