// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/node_filters.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <map>

namespace kdiag::rules::scheduling {

namespace {

/// In words of a letter or two everything is near everything.
constexpr std::size_t k_shortest_guess = 3;

struct Barrier {
    const kube::Taint* taint = nullptr; ///< null: only the message tells
    std::string text;                   ///< `gpu=true:NoSchedule`, or as the scheduler wrote it
    std::vector<const kube::Node*> nodes;
};

/// The taint that keeps the pod from most nodes of the decision.
Barrier barrier_of(const Unscheduled& waiting) {
    std::map<std::string, Barrier> barriers;
    for (const NodeFit* fit : waiting.analysis->decision.nodes)
        for (const auto* taint : untolerated_taints(waiting.pod->spec, *fit->room->node)) {
            if (meaning_of_taint(taint->key) != Constraint::taint) continue;
            auto& barrier = barriers[show(*taint)];
            barrier.taint = taint;
            barrier.text = show(*taint);
            barrier.nodes.push_back(fit->room->node);
        }
    Barrier best;
    for (auto& [text, barrier] : barriers)
        if (barrier.nodes.size() > best.nodes.size()) best = std::move(barrier);
    if (best.taint) return best;
    for (const auto& refusal : waiting.said.refusals)
        if (refusal.constraint == Constraint::taint &&
            (best.text.empty() || is_control_plane_taint(best.text.substr(0, best.text.find(':')))))
            best.text = refusal.detail;
    return best;
}

/// A toleration that looks meant for the taint and misses it: which part is wrong.
std::string near_miss(const kube::PodSpec& spec, const kube::Taint& taint) {
    for (const auto& toleration : spec.tolerations) {
        if (toleration.key == taint.key) {
            if (toleration.op != "Exists" && toleration.value != taint.value)
                return format("the pod tolerates `{}` with the value `{}`, the taint's value is `{}`", taint.key, toleration.value,
                              taint.value);
            if (!toleration.effect.empty() && toleration.effect != taint.effect)
                return format("the pod tolerates `{}` with the effect {}, the taint's effect is {}", taint.key, toleration.effect,
                              taint.effect);
        } else if (toleration.key.size() >= k_shortest_guess && !nearest(toleration.key, {std::string(taint.key)}).empty()) {
            return format("the pod tolerates `{}`, the taint's key is `{}`", toleration.key, taint.key);
        }
    }
    return {};
}

std::string toleration_patch(const kube::Taint& taint) {
    const std::string match =
        taint.value.empty() ? "\"operator\":\"Exists\"" : format("\"operator\":\"Equal\",\"value\":\"{}\"", taint.value);
    return format("{{\"key\":\"{}\",{},\"effect\":\"{}\"}}", taint.key, match, taint.effect);
}

void add_remedies(const RuleContext& context, const Unscheduled& waiting, const Barrier& barrier, Finding& finding) {
    const auto top = context.facts.top_owner(*waiting.pod);
    if (!barrier.taint) {
        finding.remedies.push_back(
            {"see which taints the nodes have", "kubectl get nodes -o custom-columns=NAME:.metadata.name,TAINTS:.spec.taints", Risk::read});
        return;
    }
    const bool templated = top.kind == kube::Deployment::k_kind || top.kind == kube::StatefulSet::k_kind ||
                           top.kind == kube::DaemonSet::k_kind || top.kind == kube::ReplicaSet::k_kind;
    const bool has_others = !waiting.pod->spec.tolerations.empty();
    if (templated && !has_others)
        finding.remedies.push_back({"if the pod belongs on these nodes, tolerate the taint",
                                    format("{} patch {} --type=merge -p {}", kubectl_in(top.namespace_name), kubectl_name(top),
                                           shell_quote(format("{{\"spec\":{{\"template\":{{\"spec\":{{\"tolerations\":[{}]}}}}}}}}",
                                                              toleration_patch(*barrier.taint)))),
                                    Risk::change});
    else
        finding.remedies.push_back(
            {format("if the pod belongs on these nodes, add {} to its tolerations", toleration_patch(*barrier.taint)),
             templated ? format("{} edit {}", kubectl_in(top.namespace_name), kubectl_name(top)) : std::string(), Risk::change});
    const bool removable = !is_control_plane_taint(barrier.taint->key) || waiting.analysis->fits.size() == 1;
    if (removable)
        finding.remedies.push_back({"or take the taint away, if nobody needs it",
                                    format("kubectl taint nodes {} {}:{}-", shell_quote(barrier.nodes.front()->meta.name),
                                           shell_quote(barrier.taint->key), barrier.taint->effect),
                                    Risk::change});
    else
        finding.remedies.push_back(
            {"or add nodes for workloads: control planes are kept free on purpose", "kubectl get nodes", Risk::read});
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::taint});
    for (const Unscheduled& pod : waiting) {
        Finding finding = begin_finding(context, pod);
        const Barrier barrier = barrier_of(pod);
        const std::string name = barrier.text.empty() ? "a taint" : format("the taint `{}`", barrier.text);
        finding.title = format("pod does not tolerate {} of the nodes", name);
        const std::string miss = barrier.taint ? near_miss(pod.pod->spec, *barrier.taint) : std::string();
        const std::string who = barrier.nodes.empty()       ? nodes_phrase(pod)
                                : barrier.nodes.size() == 1 ? format("node `{}`", barrier.nodes.front()->meta.name)
                                                            : counted(barrier.nodes.size(), "node");
        finding.cause = miss.empty() ? format("{} {} {}, and the pod has no toleration for it", who,
                                              barrier.nodes.size() == 1 || pod.said.nodes_total == 1 ? "has" : "have", name)
                                     : miss;
        if (barrier.taint) {
            const kube::Node& node = *barrier.nodes.front();
            Evidence taint = field(".spec.taints", barrier.text, format("taint {} on {}", barrier.text, node.meta.name));
            taint.object = kube::ref_of(node);
            finding.evidence.push_back(std::move(taint));
        }
        add_table(context, pod, finding);
        finding.impact = "the pod does not start";
        add_remedies(context, pod, barrier, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_taint_not_tolerated{
    {.id = "KD1203",
     .name = "taint-not-tolerated",
     .title = "nodes are tainted and the pod does not tolerate it",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::persistentvolumeclaims,
              kube::Resource::persistentvolumes, kube::Resource::namespaces},
     .precedence = 40,
     .doc = {.meaning = "Every node that the pod could go to has a taint with the effect NoSchedule or NoExecute that none of the pod's "
                        "tolerations matches.",
             .why_it_matters = "The pod stays Pending until it tolerates the taint, the taint goes away or another node appears.",
             .how_it_is_found = "The scheduler reports untolerated taints, and spec.taints of the nodes is compared with the pod's "
                                "tolerations, because newer schedulers no longer name the taint. "
                                "A toleration with the same key but another value or effect, or a key within two edits, is pointed out. "
                                "Taints of control planes count only when there is no other node. "
                                "Taints that say that a node is ill or cordoned are KD1214.",
             .what_to_do = "Decide whether the pod belongs on the tainted nodes.\nIf so, add the toleration to the pod template.\nIf not, "
                           "add nodes without the taint, or remove a taint that was left behind.",
             .see_also = "KD1214 KD1206"}},
    check};

} // namespace kdiag::rules::scheduling
