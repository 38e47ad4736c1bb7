// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/node_filters.hpp"

#include "kube/selector.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace kdiag::rules::scheduling {

namespace {

std::optional<std::int64_t> integer(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

kube::TextMap fields_of(const kube::Node& node) {
    return {{"metadata.name", node.meta.name}};
}

bool term_holds(const kube::NodeSelectorTerm& term, const kube::Node& node) {
    if (term.match_expressions.empty() && term.match_fields.empty()) return false;
    const auto fields = fields_of(node);
    return std::all_of(term.match_expressions.begin(), term.match_expressions.end(),
                       [&](const auto& r) { return holds(r, node.meta.labels); }) &&
           std::all_of(term.match_fields.begin(), term.match_fields.end(), [&](const auto& r) { return holds(r, fields); });
}

} // namespace

bool holds(const kube::LabelRequirement& requirement, const kube::TextMap& labels) {
    if (requirement.op != "Gt" && requirement.op != "Lt") return kube::matches(requirement, labels);
    if (!kube::has_key(labels, requirement.key) || requirement.values.size() != 1) return false;
    const auto have = integer(kube::value_of(labels, requirement.key)), want = integer(requirement.values.front());
    if (!have || !want) return false;
    return requirement.op == "Gt" ? *have > *want : *have < *want;
}

bool matches(const kube::NodeSelector& selector, const kube::Node& node) {
    return std::any_of(selector.terms.begin(), selector.terms.end(), [&](const auto& term) { return term_holds(term, node); });
}

bool wants_node(const kube::PodSpec& spec, const kube::Node& node) {
    if (!kube::matches(spec.node_selector, node.meta.labels)) return false;
    return !spec.affinity || !spec.affinity->node || !spec.affinity->node->required || matches(*spec.affinity->node->required, node);
}

std::string_view meant_for(const kube::PodSpec& spec) {
    if (!spec.affinity || !spec.affinity->node || !spec.affinity->node->required) return {};
    std::string_view name;
    for (const auto& term : spec.affinity->node->required->terms) {
        const auto field = std::find_if(term.match_fields.begin(), term.match_fields.end(),
                                        [](const auto& r) { return r.key == "metadata.name" && r.op == "In" && r.values.size() == 1; });
        if (field == term.match_fields.end() || (!name.empty() && name != field->values.front())) return {};
        name = field->values.front();
    }
    return name;
}

std::vector<std::string> unmet_labels(const kube::PodSpec& spec, const kube::Node& node) {
    std::vector<std::string> unmet;
    for (const auto& [key, value] : spec.node_selector)
        if (!kube::has_key(node.meta.labels, key) || kube::value_of(node.meta.labels, key) != value)
            unmet.push_back(format("label {}={}", key, value));
    if (!spec.affinity || !spec.affinity->node || !spec.affinity->node->required || matches(*spec.affinity->node->required, node))
        return unmet;
    const auto fields = fields_of(node);
    const auto& terms = spec.affinity->node->required->terms;
    if (terms.size() > 1)
        unmet.push_back("node affinity");
    else if (!terms.empty()) {
        for (const auto& r : terms.front().match_expressions)
            if (!holds(r, node.meta.labels)) unmet.push_back(format("affinity {}", kube::show(r)));
        for (const auto& r : terms.front().match_fields)
            if (!holds(r, fields)) unmet.push_back("another node");
    }
    return unmet;
}

bool tolerates(const kube::Toleration& toleration, const kube::Taint& taint) {
    if (!toleration.effect.empty() && toleration.effect != taint.effect) return false;
    if (toleration.key.empty()) return toleration.op == "Exists";
    if (toleration.key != taint.key) return false;
    if (toleration.op == "Exists") return true;
    if (toleration.op == "Gt" || toleration.op == "Lt") {
        const auto have = integer(taint.value), want = integer(toleration.value);
        return have && want && (toleration.op == "Gt" ? *have > *want : *have < *want);
    }
    return toleration.value == taint.value;
}

namespace {

bool tolerated(const kube::PodSpec& spec, const kube::Taint& taint) {
    return std::any_of(spec.tolerations.begin(), spec.tolerations.end(),
                       [&](const auto& toleration) { return tolerates(toleration, taint); });
}

constexpr std::string_view k_unschedulable = "node.kubernetes.io/unschedulable";

} // namespace

std::vector<const kube::Taint*> untolerated_taints(const kube::PodSpec& spec, const kube::Node& node) {
    std::vector<const kube::Taint*> taints;
    for (const auto& taint : node.spec.taints) {
        if (taint.effect != "NoSchedule" && taint.effect != "NoExecute") continue;
        if (taint.key != k_unschedulable && !tolerated(spec, taint)) taints.push_back(&taint);
    }
    return taints;
}

bool is_cordoned_for(const kube::PodSpec& spec, const kube::Node& node) {
    const bool cordoned = node.spec.unschedulable || std::any_of(node.spec.taints.begin(), node.spec.taints.end(),
                                                                 [](const kube::Taint& taint) { return taint.key == k_unschedulable; });
    return cordoned && !tolerated(spec, kube::Taint{.key = k_unschedulable, .effect = "NoSchedule"});
}

std::string show(const kube::Taint& taint) {
    return taint.value.empty() ? format("{}:{}", taint.key, taint.effect) : format("{}={}:{}", taint.key, taint.value, taint.effect);
}

Constraint meaning_of_taint(std::string_view key) {
    if (key == k_unschedulable) return Constraint::cordoned;
    for (const std::string_view ill :
         {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable", "node.kubernetes.io/network-unavailable",
          "node.kubernetes.io/disk-pressure", "node.kubernetes.io/memory-pressure", "node.kubernetes.io/pid-pressure",
          "node.kubernetes.io/out-of-service", "node.cloudprovider.kubernetes.io/uninitialized"})
        if (key == ill) return Constraint::node_condition;
    return Constraint::taint;
}

bool is_control_plane_taint(std::string_view key) {
    return key == "node-role.kubernetes.io/control-plane" || key == "node-role.kubernetes.io/master";
}

bool is_control_plane(const kube::Node& node) {
    return std::any_of(node.spec.taints.begin(), node.spec.taints.end(),
                       [](const kube::Taint& taint) { return is_control_plane_taint(taint.key); });
}

} // namespace kdiag::rules::scheduling
