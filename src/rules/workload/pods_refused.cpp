// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context)) {
        if (refused.parsed.refusal != Refusal::other && refused.parsed.refusal != Refusal::invalid && refused.parsed.refusal != Refusal::namespace_ending) continue;
        Finding finding = begin(context, refused);
        const auto& why = refused.parsed;
        const std::string namespace_name = refused.controller.namespace_name;
        finding.title = format("the pods of {} cannot be created", refused.top.display());
        finding.cause = why.refusal == Refusal::namespace_ending ? format("namespace {} is being deleted", namespace_name) : format("the API server says: {}", why.details);
        finding.remedies.push_back({.text = "correct what the API server names", .command = format("{} edit {}", kubectl_in(namespace_name), kubectl_name(refused.top)), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_pods_refused{
    {.id = "KD2012", .name = "pods-refused", .title = "the API server refuses the pods of a workload", .category = "workload", .scenario = Scenario::other, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs, kube::Resource::resourcequotas, kube::Resource::serviceaccounts, kube::Resource::services, kube::Resource::runtimeclasses}, .precedence = 10,
     .doc = {.meaning = "The API server refuses to create the pods of a workload, for a reason that has no rule of its own.",
             .why_it_matters = "The workload lacks pods.",
             .how_it_is_found = "Creating pods fails (event FailedCreate, or condition ReplicaFailure).",
             .what_to_do = "Read the message: it names the field or the reason.",
             .false_positives = "none known",
             .see_also = "KD2003"}},
    check};

} // namespace kdiag::rules::workload
