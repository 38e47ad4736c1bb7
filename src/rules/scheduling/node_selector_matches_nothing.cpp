// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/node_filters.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <set>

namespace kdiag::rules::scheduling {

namespace {

/// In words of a letter or two everything is near everything.
constexpr std::size_t k_shortest_guess = 3;

/// Spellings of one processor that people confuse.
std::string_view usual_architecture(std::string_view value) {
    if (value == "x86_64" || value == "x86-64" || value == "x64" || value == "intel") return "amd64";
    if (value == "aarch64" || value == "armv8") return "arm64";
    return {};
}

/// One wish about labels that no node meets.
struct Wish {
    std::string path, text; ///< `.spec.nodeSelector["disk"]`, `disk=ssd`
    std::string key;
    std::vector<std::string> values; ///< empty: any value, or no value
};

bool any_node(const facts::Snapshot& facts, const kube::LabelRequirement& r) {
    const auto& nodes = facts.all<kube::Node>();
    return std::any_of(nodes.begin(), nodes.end(), [&](const auto& node) { return holds(r, node.meta.labels); });
}

/// Wishes that fail on every node, each taken alone.
std::vector<Wish> hopeless_wishes(const facts::Snapshot& facts, const kube::PodSpec& spec) {
    std::vector<Wish> wishes;
    for (const auto& [key, value] : spec.node_selector)
        if (!any_node(facts, {.key = key, .op = "In", .values = {value}}))
            wishes.push_back(
                {format(".spec.nodeSelector[\"{}\"]", key), format("{}={}", key, value), std::string(key), {std::string(value)}});
    if (!spec.affinity || !spec.affinity->node || !spec.affinity->node->required) return wishes;
    const auto& terms = spec.affinity->node->required->terms;
    for (std::size_t i = 0; i < terms.size(); ++i)
        for (const auto& r : terms[i].match_expressions)
            if (!any_node(facts, r))
                wishes.push_back(
                    {format(".spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms[{}]", i),
                     kube::show(r),
                     std::string(r.key),
                     {r.values.begin(), r.values.end()}});
    return wishes;
}

/// What the nodes have instead: `nodes have disk=hdd and disk=nvme`, `no node has the label disk`.
std::string instead(const facts::Snapshot& facts, const Wish& wish) {
    std::set<std::string> values, keys;
    for (const auto& node : facts.all<kube::Node>())
        for (const auto& [key, value] : node.meta.labels) {
            keys.emplace(key);
            if (key == wish.key) values.emplace(value);
        }
    if (!values.empty()) {
        for (const auto& wanted : wish.values) {
            const auto usual = usual_architecture(wanted);
            if (values.contains(std::string(usual)))
                return format("nodes are labelled `{}={}`, which is the usual name of this processor", wish.key, usual);
            const auto near = nearest(wanted, {values.begin(), values.end()}, 1);
            if (!near.empty() && wanted.size() >= k_shortest_guess)
                return format("nodes are labelled `{}={}`, which looks much like it", wish.key, near.front());
        }
        std::vector<std::string> shown;
        for (const auto& value : values) shown.push_back(format("`{}={}`", wish.key, value));
        return "nodes have " + list_some(shown);
    }
    const auto near = nearest(wish.key, {keys.begin(), keys.end()}, 1);
    return near.empty() ? format("no node has a label `{}`", wish.key)
                        : format("no node has a label `{}`; there is `{}`", wish.key, near.front());
}

std::string wished_text(const kube::PodSpec& spec) {
    if (!spec.node_selector.empty()) return kube::show(spec.node_selector);
    if (spec.affinity && spec.affinity->node && spec.affinity->node->required)
        for (const auto& term : spec.affinity->node->required->terms) {
            if (!term.match_expressions.empty()) return kube::show(term.match_expressions.front());
            if (!term.match_fields.empty()) return kube::show(term.match_fields.front());
        }
    return {};
}

Evidence wish_evidence(const Unscheduled& pod, const std::vector<Wish>& wishes, const std::string& text) {
    if (!wishes.empty()) return field(wishes.front().path, text, format("wants {}", text));
    const bool selector = !pod.pod->spec.node_selector.empty();
    return field(selector ? ".spec.nodeSelector" : ".spec.affinity.nodeAffinity", text,
                 text.empty() ? "has a node affinity" : format("wants {}", text));
}

void describe(const RuleContext& context, const Unscheduled& pod, FindingSink& sink) {
    Finding finding = begin_finding(context, pod);
    const auto wishes = pod.analysis->fits.empty() ? std::vector<Wish>{} : hopeless_wishes(context.facts, pod.pod->spec);
    const std::string text = wishes.empty() ? wished_text(pod.pod->spec) : wishes.front().text;
    finding.title = text.empty() ? "no node matches the pod's node selector or affinity" : format("no node matches the pod's `{}`", text);
    if (!wishes.empty())
        finding.cause = format("the pod wants nodes with `{}`; {}", text, instead(context.facts, wishes.front()));
    else if (!pod.analysis->fits.empty())
        finding.cause = "each label is on some node, but no node has all that the pod's selector and affinity ask for";
    else
        finding.cause = "the scheduler found no node with the labels that the pod's selector or affinity asks for";
    if (!wishes.empty()) finding.confidence = Confidence::certain;
    finding.evidence.push_back(wish_evidence(pod, wishes, text));
    add_table(context, pod, finding);
    finding.impact = "the pod does not start";
    const auto top = context.facts.top_owner(*pod.pod);
    finding.remedies.push_back({"correct the selector or affinity of the pod",
                                top.kind == kube::Pod::k_kind
                                    ? format("{} get {} -o yaml", kubectl_in(top.namespace_name), kubectl_name(top))
                                    : format("{} edit {}", kubectl_in(top.namespace_name), kubectl_name(top)),
                                top.kind == kube::Pod::k_kind ? Risk::read : Risk::change});
    const bool own_label = !wishes.empty() && wishes.front().values.size() == 1 && !wishes.front().key.starts_with("kubernetes.io/");
    const auto& fits = pod.analysis->fits;
    const auto worker = std::find_if(fits.begin(), fits.end(), [](const NodeFit& fit) { return !is_control_plane(*fit.room->node); });
    if (own_label && worker != fits.end())
        finding.remedies.push_back({"or label a node that is meant for it",
                                    format("kubectl label node {} {}", shell_quote(worker->room->node->meta.name),
                                           shell_quote(format("{}={}", wishes.front().key, wishes.front().values.front()))),
                                    Risk::change});
    else
        finding.remedies.push_back({"or look at the labels of the nodes", "kubectl get nodes --show-labels", Risk::read});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::node_selector, Constraint::node_name});
    for (const Unscheduled& pod : waiting) describe(context, pod, sink);
}

} // namespace

extern const Rule k_node_selector_matches_nothing{
    {.id = "KD1206",
     .name = "node-selector-matches-nothing",
     .title = "no node has the labels that a pod's selector or affinity wants",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::persistentvolumeclaims,
              kube::Resource::persistentvolumes, kube::Resource::namespaces},
     .precedence = 40,
     .doc =
         {.meaning = "The pod's nodeSelector and required node affinity together match no node that may take the pod.",
          .why_it_matters = "The pod stays Pending until a node gets the labels or the pod asks for other ones.",
          .how_it_is_found =
              "The scheduler says that nodes did not match the pod's node affinity or selector. Each wish is compared with the labels of "
              "every node, so that the one that fails everywhere is named, "
              "with the values that nodes do have and the nearest of them. When nodes match and are full or tainted, another rule speaks.",
          .what_to_do = "Compare the wanted labels with kubectl get nodes --show-labels.\nCorrect the key or the value, or label the nodes "
                        "that are meant.",
          .false_positives = "Node groups that are scaled to zero and whose nodes would carry the label.",
          .see_also = "KD1203 KD1202"}},
    check};

} // namespace kdiag::rules::scheduling
