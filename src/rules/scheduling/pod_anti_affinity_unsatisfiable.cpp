// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

#include <algorithm>
#include <set>

namespace kdiag::rules::scheduling {

namespace {

constexpr std::string_view k_path = ".spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution";

const kube::PodAffinityTerm* own_term(const kube::Pod& pod) {
    if (!pod.spec.affinity || !pod.spec.affinity->pod_anti || pod.spec.affinity->pod_anti->required.empty()) return nullptr;
    return &pod.spec.affinity->pod_anti->required.front();
}

/// Pods that stand in the way, each once.
std::vector<std::string> holders(const Unscheduled& waiting) {
    std::set<std::string> names;
    for (const NodeFit* fit : waiting.analysis->decision.nodes)
        for (const auto& obstacle : fit->obstacles)
            if (obstacle.constraint == Constraint::pod_anti_affinity || obstacle.constraint == Constraint::existing_anti_affinity)
                names.insert(obstacle.detail);
    return {names.begin(), names.end()};
}

std::int64_t replicas_of(const facts::Snapshot& facts, const kube::ObjectRef& top) {
    if (const auto* d = top.kind == kube::Deployment::k_kind ? facts.find<kube::Deployment>(top.namespace_name, top.name) : nullptr)
        return d->spec.replicas.value_or(1);
    if (const auto* s = top.kind == kube::StatefulSet::k_kind ? facts.find<kube::StatefulSet>(top.namespace_name, top.name) : nullptr)
        return s->spec.replicas.value_or(1);
    return 0;
}

std::string cause_of(const RuleContext& context, const Unscheduled& waiting, const kube::PodAffinityTerm* term,
                     const std::vector<std::string>& in_the_way) {
    if (!term) {
        const std::string who = in_the_way.empty() ? "pods on the nodes have"
                                                   : format("{} {}", list_some(in_the_way, 2), in_the_way.size() == 1 ? "has" : "have");
        return format("{} a required anti-affinity that this pod's labels match, on {}", who, nodes_phrase(waiting));
    }
    const std::string selector = term->label_selector ? kube::show(*term->label_selector) : std::string("any label");
    const auto replicas = replicas_of(context.facts, context.facts.top_owner(*waiting.pod));
    std::string cause = format("the required anti-affinity allows one pod with `{}` for each `{}`", selector, term->topology_key);
    const auto places = waiting.analysis->decision.nodes.size();
    if (places > 0)
        cause += format(", and {} {} one{}", nodes_phrase(waiting), places == 1 ? "already holds" : "already hold",
                        in_the_way.empty() ? "" : format(" ({})", list_some(in_the_way, 2)));
    if (replicas > static_cast<std::int64_t>(places) && places > 0)
        cause += format("; {} wants {} replicas", context.facts.top_owner(*waiting.pod).display(), replicas);
    return cause + near_misses(waiting);
}

void add_remedies(const RuleContext& context, const Unscheduled& waiting, bool own, Finding& finding) {
    const auto top = context.facts.top_owner(*waiting.pod);
    const auto places = waiting.analysis->decision.nodes.size();
    if (own && top.kind != kube::Pod::k_kind)
        finding.remedies.push_back({"use preferredDuringSchedulingIgnoredDuringExecution if sharing a node is better than not running",
                                    format("{} edit {}", kubectl_in(top.namespace_name), kubectl_name(top)), Risk::change});
    if (own && places > 0 && replicas_of(context.facts, top) > static_cast<std::int64_t>(places))
        finding.remedies.push_back({"or run as many replicas as there are places",
                                    format("{} scale {} --replicas={}", kubectl_in(top.namespace_name), kubectl_name(top), places),
                                    Risk::change});
    finding.remedies.push_back({"add a node, or see where the pods in the way run now",
                                format("{} get pods -o wide", kubectl_in(waiting.pod->meta.namespace_name)), Risk::read});
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::pod_anti_affinity});
    for (const Unscheduled& pod : waiting) {
        Finding finding = begin_finding(context, pod);
        const auto* term = own_term(*pod.pod);
        const auto in_the_way = holders(pod);
        finding.title =
            term ? "pod's required anti-affinity leaves no node for it" : "anti-affinity of other pods leaves no node for the pod";
        finding.cause = cause_of(context, pod, term, in_the_way);
        if (term)
            finding.evidence.push_back(
                field(format("{}[0]", k_path), term->label_selector ? kube::show(*term->label_selector) : std::string(),
                      format("required anti-affinity to {} by {}",
                             term->label_selector ? kube::show(*term->label_selector) : std::string("nothing"), term->topology_key)));
        add_table(context, pod, finding);
        finding.impact = "fewer replicas run than were asked for";
        add_remedies(context, pod, term != nullptr, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_pod_anti_affinity_unsatisfiable{
    {.id = "KD1207",
     .name = "pod-anti-affinity-unsatisfiable",
     .title = "required anti-affinity keeps a pod from every node",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments,
              kube::Resource::statefulsets, kube::Resource::namespaces, kube::Resource::persistentvolumeclaims,
              kube::Resource::persistentvolumes},
     .precedence = 40,
     .doc =
         {.meaning =
              "A required pod anti-affinity, of the pod itself or of pods that already run, rules out every node that could take the pod.",
          .why_it_matters = "Replicas beyond the number of nodes or zones never start, and a rolling update with a surge pod can block "
                            "itself when there are as many nodes as replicas.",
          .how_it_is_found =
              "The scheduler reports anti-affinity rules. The pods on each node are matched with the term's label selector, namespaces and "
              "topology key, and those in the way are named; the rules of running pods are matched with the waiting pod's labels. "
              "Nodes that other constraints rule out do not count as places.",
          .what_to_do = "Compare the replicas with the number of places.\nMake the rule preferred, run fewer replicas or add nodes.\nFor a "
                        "rolling update set maxSurge to 0 and maxUnavailable to 1.",
          .see_also = "KD1208 KD1210"}},
    check};

} // namespace kdiag::rules::scheduling
