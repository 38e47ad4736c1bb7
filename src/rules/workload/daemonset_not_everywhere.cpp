// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <optional>

namespace kdiag::rules::workload {

namespace {

constexpr Duration k_patience = Duration::minutes(1);

/// A pair of a node selector that no node has, and the pair of a node that was probably meant.
struct Typo {
    std::string wanted, found, node;
};

std::optional<Typo> near_pair(const facts::Snapshot& facts, kube::Text key, kube::Text value) {
    for (const auto& node : facts.all<kube::Node>())
        for (const auto& [own_key, own_value] : node.meta.labels) {
            const bool value_off = own_key == key && own_value != value && !nearest(value, {std::string(own_value)}, 1).empty();
            const bool key_off = own_key != key && own_value == value && !value.empty() && !nearest(key, {std::string(own_key)}, 1).empty();
            if (value_off || key_off)
                return Typo{format("{}={}", key, value), format("{}={}", own_key, own_value), std::string(node.meta.name)};
        }
    return std::nullopt;
}

std::optional<Typo> find_typo(const facts::Snapshot& facts, const kube::TextMap& selector) {
    for (const auto& [key, value] : selector) {
        const kube::TextMap pair{{key, value}};
        const auto& nodes = facts.all<kube::Node>();
        if (std::any_of(nodes.begin(), nodes.end(), [&](const kube::Node& node) { return kube::matches(pair, node.meta.labels); }))
            continue;
        if (auto typo = near_pair(facts, key, value)) return typo;
    }
    return std::nullopt;
}

void check(const RuleContext& context, FindingSink& sink) {
    if (!context.facts.knows<kube::Node>()) return;
    for (const auto& set : context.facts.all<kube::DaemonSet>()) {
        if (set.status.desired_number_scheduled > 0 || set.meta.deleted || is_younger(context, set.meta.created, k_patience)) continue;
        const auto& selector = set.spec.pod_template.spec.node_selector;
        const auto typo = find_typo(context.facts, selector);
        if (!typo) continue; // no node of a kind is not a fault: the DaemonSet waits for one
        Finding finding;
        finding.subject = kube::ref_of(set);
        finding.severity = Severity::warning;
        finding.confidence = Confidence::likely;
        finding.first_seen = set.meta.created;
        finding.title = format("{} runs on no node", finding.subject.display());
        finding.cause = format("its nodeSelector wants `{}`, which no node has; node `{}` has `{}`", typo->wanted, typo->node, typo->found);
        finding.evidence.push_back(
            field_evidence(".spec.template.spec.nodeSelector", kube::show(selector), format("nodeSelector {}", kube::show(selector))));
        finding.evidence.push_back(field_evidence(".metadata.labels", typo->found, format("node {} has {}", typo->node, typo->found),
                                                  {.kind = "Node", .name = typo->node}));
        finding.evidence.push_back(field_evidence(".status.desiredNumberScheduled", "0", "no node is wanted"));
        finding.impact = "none of its pods exists";
        finding.remedies.push_back({.text = "correct nodeSelector, or label the nodes",
                                    .command = format("{} edit {}", kubectl_in(set.meta.namespace_name), kubectl_name(finding.subject)),
                                    .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_daemonset_not_everywhere{
    {.id = "KD2010",
     .name = "daemonset-not-everywhere",
     .title = "a DaemonSet selects nodes by a label that is nearly right",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::warning,
     .needs = {kube::Resource::daemonsets, kube::Resource::nodes},
     .precedence = 40,
     .doc = {.meaning = "A DaemonSet runs on no node at all, and its nodeSelector misses the label of a node by a letter or two.",
             .why_it_matters = "What every node should have, such as a log or network agent, is missing, and nothing else shows it.",
             .how_it_is_found =
                 "desiredNumberScheduled is 0, a pair of the nodeSelector is on no node, and a node has the same key with a near value, "
                 "or the same value under a near key. Without such a label nothing is said: a DaemonSet for nodes that are not "
                 "there yet is usual.",
             .what_to_do = "Correct the nodeSelector.\nOr label the nodes.",
             .false_positives = "Two labels that are alike and both meant.",
             .see_also = "KD2008 KD1206"}},
    check};

} // namespace kdiag::rules::workload
