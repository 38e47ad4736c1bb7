// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

/// The lowest pod that is not ready: an ordered StatefulSet makes the next only after it.
const kube::Pod* first_unready(const RuleContext& context, const kube::StatefulSet& set) {
    for (std::int64_t ordinal = 0; ordinal < set.spec.replicas.value_or(1) && ordinal < 1000; ++ordinal) {
        const auto* pod = context.facts.find<kube::Pod>(set.meta.namespace_name, format("{}-{}", set.meta.name, ordinal));
        if (pod == nullptr) return nullptr;
        if (!is_ready(*pod)) return pod;
    }
    return nullptr;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& set : context.facts.all<kube::StatefulSet>()) {
        const std::int64_t wanted = set.spec.replicas.value_or(1);
        if (set.spec.pod_management_policy == "Parallel" || set.meta.deleted || set.status.replicas >= wanted ||
            is_settling(context, kube::ref_of(set), set.meta))
            continue;
        const auto* pod = first_unready(context, set);
        if (pod == nullptr) continue;
        Finding finding;
        finding.subject = kube::ref_of(set);
        finding.severity = set.status.ready_replicas == 0 ? Severity::critical : Severity::error;
        finding.first_seen = pod->meta.created;
        finding.title = format("{} waits for pod `{}` before it makes the next", finding.subject.display(), pod->meta.name);
        finding.cause =
            format("its pods are made in order, and `{}` is not ready; {} of {} exist", pod->meta.name, set.status.replicas, wanted);
        finding.evidence.push_back({.text = format("{} of {} pods exist, {} ready", set.status.replicas, wanted, set.status.ready_replicas),
                                    .path = ".status.replicas",
                                    .value = std::to_string(set.status.replicas)});
        finding.explained_by.push_back(kube::ref_of(*pod));
        finding.explained_by.push_back(finding.subject);
        finding.remedies.push_back(
            {.text = "repair the pod that is named; the others follow",
             .command = format("{} describe pod {}", kubectl_in(set.meta.namespace_name), shell_quote(pod->meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_statefulset_blocked{
    {.id = "KD2009",
     .name = "statefulset-blocked",
     .title = "a StatefulSet waits for one pod before it makes the next",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::workload,
     .severity = Severity::error,
     .needs = {kube::Resource::statefulsets, kube::Resource::pods},
     .uses = {kube::Resource::events},
     .precedence = 30,
     .doc = {.meaning = "A StatefulSet makes its pods one after the other, and one of them does not become ready.",
             .why_it_matters = "The pods after it are never made.",
             .how_it_is_found = "The StatefulSet is ordered, has fewer pods than it wants, and a pod of a lower number is not ready.",
             .what_to_do = "Repair the pod that is named.\nA rollback does not replace a pod that never became ready: delete it.",
             .false_positives = "none known",
             .see_also = "KD2008"}},
    check};

} // namespace kdiag::rules::workload
