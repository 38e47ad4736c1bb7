// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

void explain(const Refused& refused, Finding& finding) {
    const auto& why = refused.parsed;
    finding.title = format("the pods of {} cannot be created", refused.top.display());
    if (why.refusal == Refusal::namespace_ending) {
        finding.cause = format("namespace {} is being deleted", refused.controller.namespace_name);
        finding.explained_by.push_back({.kind = "Namespace", .name = refused.controller.namespace_name});
        finding.remedies.push_back({.text = "wait until the namespace is gone, or use another",
                                    .command = format("kubectl get namespace {}", shell_quote(refused.controller.namespace_name))});
        return;
    }
    if (why.refusal == Refusal::invalid) {
        finding.title = format("the pod template of {} is invalid: `{}`", refused.top.display(), why.field);
        finding.discriminator = why.field;
    }
    finding.cause = format("the API server says: {}", why.details);
    finding.remedies.push_back({.text = "correct what the API server names", .command = edit_command(refused), .risk = Risk::disruptive});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context, {Refusal::other, Refusal::invalid, Refusal::namespace_ending, Refusal::forbidden})) {
        Finding finding = begin(refused);
        explain(refused, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_pods_refused{
    {.id = "KD2012",
     .name = "pods-refused",
     .title = "the API server refuses the pods of a workload",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::replicasets},
     .uses = k_refusal_uses,
     .precedence = 40,
     .doc = {.meaning = "The API server refuses to create the pods of a workload: the template is invalid, the namespace is being deleted, "
                        "or for a reason that has no rule of its own.",
             .why_it_matters = "The workload lacks pods, and no pod shows the reason.",
             .how_it_is_found = "Creating pods fails (event FailedCreate, or condition ReplicaFailure), and pods are still missing. For an "
                                "invalid object the field is named. Conflicts that the controller repeats by itself are left out.",
             .what_to_do = "Correct the field that the message names.\nRead the whole message with kubectl describe.",
             .see_also = "KD2002 KD2003"}},
    check};

} // namespace kdiag::rules::workload
