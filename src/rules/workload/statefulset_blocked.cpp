// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

constexpr std::int64_t k_most_ordinals = 10'000;

/// The lowest pod that is not ready: an ordered StatefulSet makes the next only after it. Null when a pod before it is missing.
const kube::Pod* first_unready(const facts::Snapshot& facts, const kube::StatefulSet& set) {
    for (std::int64_t ordinal = 0; ordinal < set.spec.replicas.value_or(1) && ordinal < k_most_ordinals; ++ordinal) {
        const auto* pod = facts.find<kube::Pod>(set.meta.namespace_name, format("{}-{}", set.meta.name, ordinal));
        if (pod == nullptr) return nullptr;
        if (!is_ready(*pod)) return pod;
    }
    return nullptr;
}

/// Whether the template was changed after this pod was made, so that the pod cannot become well by itself.
bool is_outdated(const kube::StatefulSet& set, const kube::Pod& pod) {
    const auto revision = kube::value_of(pod.meta.labels, "controller-revision-hash");
    return !revision.empty() && !set.status.update_revision.empty() && revision != set.status.update_revision;
}

void report(const RuleContext& context, const kube::StatefulSet& set, const kube::Pod& pod, FindingSink& sink) {
    const std::int64_t wanted = set.spec.replicas.value_or(1);
    const bool outdated = is_outdated(set, pod), incomplete = set.status.replicas < wanted;
    Finding finding;
    finding.subject = kube::ref_of(set);
    finding.severity = set.status.ready_replicas == 0 ? Severity::critical : Severity::error;
    finding.confidence = outdated ? Confidence::likely : Confidence::certain;
    finding.first_seen = pod.meta.created;
    finding.title = format("{} waits for pod `{}` before it {}", finding.subject.display(), pod.meta.name,
                           incomplete ? "makes the next" : "goes on with its update");
    finding.cause = format("its pods are made in order, and `{}` is not ready; {} of {} exist", pod.meta.name, set.status.replicas, wanted);
    finding.evidence.push_back(
        field_evidence(".status.replicas", std::to_string(set.status.replicas),
                       format("{} of {} pods exist, {} ready", set.status.replicas, wanted, set.status.ready_replicas)));
    const auto* ready = kube::find_condition(pod.status.conditions, "Ready");
    finding.evidence.push_back(
        field_evidence(".status.conditions[?(@.type==\"Ready\")]", "False",
                       format("{} is {}{}", pod.meta.name, pod.status.phase,
                              ready == nullptr || ready->message.empty() ? std::string() : format(": {}", ready->message)),
                       kube::ref_of(pod)));
    finding.impact = incomplete ? format("{} missing", counted(static_cast<std::size_t>(wanted - set.status.replicas), "pod"))
                                : "the update does not go on";
    if (outdated) {
        finding.cause = format(
            "`{}` is of an older revision and not ready, and an ordered StatefulSet does not replace such a pod by itself", pod.meta.name);
        finding.evidence.push_back(field_evidence(
            ".metadata.labels[\"controller-revision-hash\"]", std::string(kube::value_of(pod.meta.labels, "controller-revision-hash")),
            format("{} is of revision {}, wanted is {}", pod.meta.name, kube::value_of(pod.meta.labels, "controller-revision-hash"),
                   set.status.update_revision),
            kube::ref_of(pod)));
        finding.remedies.push_back({.text = "delete the pod, so that it is made anew from the present template",
                                    .command = format("{} delete pod {}", kubectl_in(set.meta.namespace_name), shell_quote(pod.meta.name)),
                                    .risk = Risk::disruptive});
    }
    explain_by_pods(context, finding.subject, finding);
    finding.remedies.push_back({.text = "repair the pod that is named; the others follow",
                                .command = format("{} describe pod {}", kubectl_in(set.meta.namespace_name), shell_quote(pod.meta.name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& set : context.facts.all<kube::StatefulSet>()) {
        if (set.spec.pod_management_policy == "Parallel" || set.meta.deleted || is_settling(context, kube::ref_of(set), set.meta)) continue;
        const auto* pod = first_unready(context.facts, set);
        if (pod != nullptr && (set.status.replicas < set.spec.replicas.value_or(1) || is_outdated(set, *pod)))
            report(context, set, *pod, sink);
    }
}

} // namespace

extern const Rule k_statefulset_blocked{
    {.id = "KD2009",
     .name = "statefulset-blocked",
     .title = "a StatefulSet waits for one pod before it goes on",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::workload,
     .severity = Severity::error,
     .needs = {kube::Resource::statefulsets, kube::Resource::pods},
     .precedence = 30,
     .doc =
         {.meaning = "A StatefulSet makes and updates its pods one after the other, and one of them does not become ready.",
          .why_it_matters = "The pods after it are never made, or never updated.",
          .how_it_is_found =
              "With the policy OrderedReady the lowest pod that is not ready is looked for, and pods are missing. What keeps that pod is "
              "reported by its own rule and shown as the cause. A pod that is not ready and of an older revision than the template is "
              "told apart: the controller does not replace it by itself.",
          .what_to_do = "Repair the pod that is named.\nDelete it when the template has been corrected since.\nUse podManagementPolicy "
                        "Parallel where "
                        "the order does not matter.",
          .see_also = "KD2008"}},
    check};

} // namespace kdiag::rules::workload
