// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context, {Refusal::priority_class_missing})) {
        const auto& why = refused.parsed;
        Finding finding = begin(refused);
        finding.shared = {.kind = "PriorityClass", .name = why.name};
        finding.title = format("PriorityClass `{}` of {} does not exist", why.name, refused.top.display());
        finding.cause =
            format("priorityClassName is `{}`, and there is no PriorityClass of that name (not found), so the pods are refused{}", why.name,
                   std::string());
        finding.remedies.push_back({.text = "create it, or correct the name", .command = "kubectl get priorityclasses"});
        finding.remedies.push_back({.text = "change the pod template", .command = edit_command(refused), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_priority_class_missing{
    {.id = "KD2015",
     .name = "priority-class-missing",
     .title = "the PriorityClass of a workload does not exist",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::replicasets},
     .uses = k_refusal_uses,
     .precedence = 40,
     .doc = {.meaning = "The pod template names a PriorityClass that does not exist.",
             .why_it_matters = "No pod of the workload can be made, and no pod shows why.",
             .how_it_is_found = "Creating pods fails with the message that the PriorityClass is not found, and pods are still missing.",
             .what_to_do = "Create the PriorityClass.\nOr correct priorityClassName.",
             .see_also = "KD2003 KD1704"}},
    check};

} // namespace kdiag::rules::workload
