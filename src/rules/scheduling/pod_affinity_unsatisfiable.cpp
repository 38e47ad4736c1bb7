// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

namespace kdiag::rules::scheduling {

namespace {

constexpr std::string_view k_path = ".spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution";

/// The first term that no placed pod meets, else the first.
const TermPlaces* term_of(const Unscheduled& waiting) {
    if (!waiting.analysis->neighbours) return nullptr;
    const auto& terms = waiting.analysis->neighbours->affinity();
    for (const auto& places : terms)
        if (places.pods_total == 0) return &places;
    return terms.empty() ? nullptr : &terms.front();
}

std::string cause_of(const RuleContext& context, const Unscheduled& waiting, const TermPlaces* places) {
    if (!places) return "the scheduler found no node near pods that the required pod affinity selects";
    const std::string selector = places->term->label_selector ? kube::show(*places->term->label_selector) : std::string();
    if (places->pods_total > 0)
        return format("pods with `{}` run, but not where this pod may go: none shares its `{}` with a node that is open to the pod",
                      selector, places->term->topology_key);
    const std::string_view space = waiting.pod->meta.namespace_name;
    if (places->term->namespaces.empty() && !places->term->namespace_selector)
        for (const auto& pod : context.facts.all<kube::Pod>())
            if (pod.meta.namespace_name != space && places->term->label_selector &&
                kube::matches(*places->term->label_selector, pod.meta.labels))
                return format("no pod with `{}` is on a node in namespace `{}`; there is one in `{}`, which the rule does not look into",
                              selector, space, pod.meta.namespace_name);
    return format("the required pod affinity wants a pod with `{}` nearby, and no such pod is on any node", selector);
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::pod_affinity});
    for (const Unscheduled& pod : waiting) {
        Finding finding = begin_finding(context, pod);
        const auto* places = term_of(pod);
        finding.title = "pod's required affinity finds no pod to be near";
        finding.cause = cause_of(context, pod, places);
        std::string selector;
        if (places && places->term->label_selector) {
            selector = kube::show(*places->term->label_selector);
            finding.evidence.push_back(
                field(format("{}[0]", k_path), selector, format("required affinity to {} by {}", selector, places->term->topology_key)));
            for (const auto* near : context.facts.pods_matching(pod.pod->meta.namespace_name, *places->term->label_selector))
                if (near != pod.pod) finding.explained_by.push_back(kube::ref_of(*near));
        }
        add_table(context, pod, finding);
        finding.impact = "the pod does not start";
        const std::string kubectl = kubectl_in(pod.pod->meta.namespace_name);
        finding.remedies.push_back({"look for the pods that the rule names",
                                    selector.empty() ? format("{} get pods --show-labels -o wide", kubectl)
                                                     : format("{} get pods -A -o wide -l {}", "kubectl", shell_quote(selector)),
                                    Risk::read});
        const auto top = context.facts.top_owner(*pod.pod);
        if (top.kind != kube::Pod::k_kind)
            finding.remedies.push_back({"start them, correct the rule's labels, or make the rule preferred",
                                        format("{} edit {}", kubectl, kubectl_name(top)), Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_pod_affinity_unsatisfiable{
    {.id = "KD1208",
     .name = "pod-affinity-unsatisfiable",
     .title = "required pod affinity finds no pod to be near",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::namespaces,
              kube::Resource::persistentvolumeclaims, kube::Resource::persistentvolumes},
     .precedence = 40,
     .doc = {.meaning = "The pod must run near pods of certain labels, and no such pod is placed where this pod could go.",
             .why_it_matters =
                 "The pod stays Pending until the other pod is placed. Two workloads that wait for each other in this way never start.",
             .how_it_is_found =
                 "The scheduler reports pod affinity rules. The label selector of each required term is matched with all placed pods in "
                 "the namespaces it looks into; a pod that would meet its own term as the first of its kind is no problem. "
                 "A match in a namespace that the rule does not look into is pointed out.",
             .what_to_do = "Check that the other workload exists and its pods are placed.\nCompare its labels and namespace with the "
                           "rule.\nCheck that nodes carry the topology key.",
             .see_also = "KD1207"}},
    check};

} // namespace kdiag::rules::scheduling
