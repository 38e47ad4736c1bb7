// SPDX-License-Identifier: Apache-2.0
#include "rules/folding.hpp"

#include "rules/engine.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace kdiag::rules {

namespace {

/// The container or object that findings compete for.
std::string slot_of(const Finding& finding) {
    return std::to_string(static_cast<int>(finding.rule->stage)) + '\0' + finding.subject.key() + '\0' + finding.subject.container;
}

/// The workload that a finding counts for.
const kube::ObjectRef& top_of(const Finding& finding) {
    return finding.owner.empty() ? finding.subject : finding.owner;
}

void merge_into(Finding& first, Finding& other) {
    first.affected.push_back(other.subject);
    first.severity = std::max(first.severity, other.severity);
    if (other.first_seen && (!first.first_seen || other.first_seen < first.first_seen)) first.first_seen = other.first_seen;
    first.last_seen = std::max(first.last_seen, other.last_seen);
    std::move(other.explained_by.begin(), other.explained_by.end(), std::back_inserter(first.explained_by));
}

/// How many objects of the same workloads there are, affected or not.
std::int64_t total_of(const Finding& finding, const std::set<std::string>& owners, const std::vector<kube::ObjectRef>& tops, const facts::Snapshot& facts) {
    if (finding.subject.kind != kube::Pod::k_kind) return finding.affected_total;
    std::int64_t total = 0;
    std::set<std::string> seen;
    for (const auto& top : tops)
        if (owners.contains(top.key()) && seen.insert(top.key()).second) total += static_cast<std::int64_t>(facts.pods_of_workload(top).size());
    return std::max<std::int64_t>(total, static_cast<std::int64_t>(finding.affected.size()));
}

void remove_repeats(std::vector<kube::ObjectRef>& refs) {
    std::set<std::string> seen;
    std::erase_if(refs, [&](const kube::ObjectRef& ref) { return !seen.insert(ref.key()).second; });
}

} // namespace

std::vector<Finding> MostSpecific::keep(std::vector<Finding> findings) {
    std::erase_if(findings, [&](const Finding& finding) {
        const auto [place, added] = m_highest.emplace(slot_of(finding), finding.rule->precedence);
        return place->second > finding.rule->precedence;
    });
    return findings;
}

std::vector<Finding> fold(std::vector<Finding> findings, const facts::Snapshot& facts) {
    std::vector<Finding> folded;
    std::vector<std::vector<kube::ObjectRef>> tops;
    std::unordered_map<std::string, std::size_t> places;
    for (auto& finding : findings) {
        finding.id = fingerprint(finding);
        const auto [place, added] = places.emplace(finding.id, folded.size());
        if (added) {
            tops.push_back({top_of(finding)});
            if (finding.affected.empty()) finding.affected.push_back(finding.subject);
            folded.push_back(std::move(finding));
        } else {
            tops[place->second].push_back(top_of(finding));
            merge_into(folded[place->second], finding);
        }
    }
    for (std::size_t i = 0; i < folded.size(); ++i) {
        remove_repeats(folded[i].affected);
        remove_repeats(folded[i].explained_by);
        std::set<std::string> owners;
        for (const auto& top : tops[i]) owners.insert(top.key());
        folded[i].affected_total = total_of(folded[i], owners, tops[i], facts);
        if (owners.size() > 1 && !folded[i].shared.empty()) folded[i].owner = folded[i].shared; // it is about the shared object now
    }
    return folded;
}

} // namespace kdiag::rules
