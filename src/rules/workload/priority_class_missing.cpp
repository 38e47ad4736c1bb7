// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context)) {
        if (refused.parsed.refusal != Refusal::priority_class_missing) continue;
        Finding finding = begin(context, refused);
        const auto& why = refused.parsed;
        const std::string namespace_name = refused.controller.namespace_name;
        finding.shared = {.kind = "PriorityClass", .name = why.name};
        finding.title = format("PriorityClass `{}` of {} does not exist", why.name, refused.top.display());
        finding.cause = format("there is no PriorityClass `{}` (not found), so the pods are refused", why.name);
        finding.remedies.push_back({.text = "create it, or correct priorityClassName", .command = "kubectl get priorityclasses"});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_priority_class_missing{
    {.id = "KD2015", .name = "priority-class-missing", .title = "the PriorityClass of a workload does not exist", .category = "workload", .scenario = Scenario::other, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs, kube::Resource::resourcequotas, kube::Resource::serviceaccounts, kube::Resource::services, kube::Resource::runtimeclasses}, .precedence = 40,
     .doc = {.meaning = "The pod template names a PriorityClass that does not exist.",
             .why_it_matters = "No pod of the workload can be made.",
             .how_it_is_found = "Creating pods fails with the message that no PriorityClass of that name was found.",
             .what_to_do = "Create the PriorityClass.\nOr correct priorityClassName.",
             .false_positives = "none known",
             .see_also = "KD2003"}},
    check};

} // namespace kdiag::rules::workload
