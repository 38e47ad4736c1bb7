// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/lifecycle/replaced_pods.hpp"
#include "util/format.hpp"

namespace kdiag::rules::lifecycle {

namespace {

const kube::Condition* target_condition(const kube::Pod& pod) {
    const auto* condition = kube::find_condition(pod.status.conditions, "DisruptionTarget");
    return condition && condition->status == "True" && condition->reason == "PreemptionByScheduler" ? condition : nullptr;
}

/// By the scheduler for a pod of higher priority, or by the kubelet for a critical one.
bool is_preempted(const kube::Pod& pod) {
    if (pod.status.phase != "Failed") return false;
    return target_condition(pod) || pod.status.reason == "Preempting" ||
           contains(pod.status.message, "Preempted in order to admit critical pod");
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!is_preempted(pod)) continue;
        Lost lost = judge(context, pod, is_preempted);
        if (!lost.worth_it) continue;
        const auto* condition = target_condition(pod);
        const bool by_kubelet = condition == nullptr;
        lost.severity = std::min(lost.severity, Severity::error);
        Finding finding{.severity = lost.severity, .subject = kube::ref_of(pod)};
        finding.first_seen = finding.last_seen = ended_at(context.facts, pod);
        finding.title = "pod was preempted by a more important one";
        finding.cause = by_kubelet ? format("the kubelet of `{}` ended it to make room for a critical pod", pod.spec.node_name)
                                   : format("the scheduler took its place on `{}` for a pod of higher priority; its own priority is {}",
                                            pod.spec.node_name, pod.spec.priority.value_or(0));
        if (condition)
            finding.evidence.push_back({.text = format("DisruptionTarget PreemptionByScheduler: {}", condition->message),
                                        .path = ".status.conditions[?(@.type==\"DisruptionTarget\")].message",
                                        .value = std::string(condition->message),
                                        .time = condition->changed});
        else
            finding.evidence.push_back({.text = format("{}: {}", pod.status.reason, pod.status.message),
                                        .path = ".status.message",
                                        .value = std::string(pod.status.message),
                                        .time = finding.first_seen});
        if (const auto* event = context.facts.last_event(pod, "Preempted"))
            finding.evidence.push_back({.type = EvidenceType::event,
                                        .text = format("Preempted: {}", event->message),
                                        .value = std::string(event->message),
                                        .time = event->last_seen(),
                                        .first_time = event->first_seen(),
                                        .count = event->count()});
        finding.evidence.push_back({.text = pod.spec.priority_class_name.empty()
                                                ? std::string("no priority class")
                                                : format("priority class {}", pod.spec.priority_class_name),
                                    .path = ".spec.priorityClassName",
                                    .value = std::string(pod.spec.priority_class_name)});
        finding.impact = "the workload is short of this pod until there is room for it again";
        finding.remedies.push_back({"compare the priorities", "kubectl get priorityclasses", Risk::read});
        finding.remedies.push_back({"add room, or give the workload a PriorityClass that says how important it is",
                                    "kubectl describe nodes | grep -A 8 'Allocated resources'", Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_preempted{
    {.id = "KD1704",
     .name = "preempted",
     .title = "a pod had to make room for a more important one",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::replicasets, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::jobs},
     .precedence = 55,
     .doc = {.meaning = "The scheduler, or a kubelet for a critical pod, ended this pod to make room for one of higher priority.",
             .why_it_matters = "The workload has one pod less, and its replacement waits until there is room again.",
             .how_it_is_found = "The failed pod has the condition DisruptionTarget with the reason PreemptionByScheduler, or the kubelet's "
                                "reason Preempting. When the workload is at strength again, and it happened once, nothing is reported.",
             .what_to_do = "Check whether the priorities say what is meant.\nAdd nodes when everything that runs is needed.",
             .false_positives = "Batch work of low priority is meant to be preempted.",
             .see_also = "KD1217"}},
    check};

} // namespace kdiag::rules::lifecycle
