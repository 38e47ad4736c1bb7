// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/lifecycle/replaced_pods.hpp"
#include "util/format.hpp"

namespace kdiag::rules::lifecycle {

namespace {

bool is_over_deadline(const kube::Pod& pod) {
    return pod.status.phase == "Failed" && pod.status.reason == "DeadlineExceeded";
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!is_over_deadline(pod)) continue;
        const Lost lost = judge(context, pod, is_over_deadline);
        if (!lost.worth_it) continue;
        Finding finding = begin_failed(context, pod, lost);
        const auto deadline = pod.spec.active_deadline_seconds;
        finding.title = deadline ? format("pod was ended after its deadline of {}s", *deadline) : "pod was ended after its deadline";
        finding.cause = deadline ? format("activeDeadlineSeconds of the pod is {}, and it was not done by then", *deadline)
                                 : "the pod was not done when its activeDeadlineSeconds were over";
        if (deadline)
            finding.evidence.push_back({.text = format("activeDeadlineSeconds {}", *deadline),
                                        .path = ".spec.activeDeadlineSeconds",
                                        .value = std::to_string(*deadline)});
        finding.impact = "the work of the pod is not done";
        const auto top = context.facts.top_owner(pod);
        finding.remedies.push_back(
            {"see what took so long, then raise activeDeadlineSeconds in the template or make the work shorter",
             kdiag_on("logs", kubectl_name(kube::ref_of(pod)), "--all-containers --tail 50", pod.meta.namespace_name), Risk::read});
        if (top.kind != kube::Pod::k_kind)
            finding.remedies.push_back(
                {"the template is in", format("{} get {} -o yaml", kubectl_in(top.namespace_name), kubectl_name(top)), Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_pod_deadline_exceeded{
    {.id = "KD1706",
     .name = "pod-deadline-exceeded",
     .title = "a pod ran into its activeDeadlineSeconds",
     .category = "termination",
     .scenario = Scenario::other,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::jobs, kube::Resource::replicasets, kube::Resource::deployments,
              kube::Resource::statefulsets, kube::Resource::daemonsets},
     .precedence = 55,
     .doc = {.meaning = "The pod was still running when its activeDeadlineSeconds were over, and the kubelet ended it.",
             .why_it_matters = "Its work is not done, and the exit codes of its containers only say that they were stopped.",
             .how_it_is_found =
                 "The pod has failed with the reason DeadlineExceeded. A pod whose Job goes on or has completed is not reported.",
             .what_to_do = "Look in the logs for what took so long.\nRaise activeDeadlineSeconds, or make the work shorter.",
             .false_positives = "A deadline that is meant as an ordinary end of the work.",
             .see_also = "KD2004"}},
    check};

} // namespace kdiag::rules::lifecycle
