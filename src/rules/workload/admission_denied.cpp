// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context)) {
        if (refused.parsed.refusal != Refusal::pod_security && refused.parsed.refusal != Refusal::webhook_denied && refused.parsed.refusal != Refusal::policy_denied && refused.parsed.refusal != Refusal::limit_range) continue;
        Finding finding = begin(context, refused);
        const auto& why = refused.parsed;
        const std::string namespace_name = refused.controller.namespace_name;
        if (why.refusal == Refusal::pod_security) {
            finding.title = format("the pods of {} violate the Pod Security Standard `{}`", refused.top.display(), why.level);
            finding.cause = format("namespace {} enforces {}: {}", namespace_name, why.level, why.details);
            finding.explained_by.push_back({.kind = "Namespace", .name = namespace_name});
            finding.remedies.push_back({.text = "set the securityContext that the standard asks for in the pod template", .command = format("{} edit {}", kubectl_in(namespace_name), kubectl_name(refused.top)), .risk = Risk::disruptive});
        } else if (why.refusal == Refusal::limit_range) {
            finding.title = format("the pods of {} do not fit the LimitRange of the namespace", refused.top.display());
            finding.cause = why.details;
            finding.remedies.push_back({.text = "choose requests and limits within the range", .command = format("{} describe limitrange", kubectl_in(namespace_name))});
        } else {
            finding.title = format("the pods of {} are denied by {} `{}`", refused.top.display(), why.refusal == Refusal::webhook_denied ? "admission webhook" : "admission policy", why.name);
            finding.cause = trim(why.details).empty() ? std::string("the policy gives no reason") : std::string(trim(why.details));
            finding.remedies.push_back({.text = "meet the policy in the pod template", .command = format("{} edit {}", kubectl_in(namespace_name), kubectl_name(refused.top)), .risk = Risk::disruptive});
        }
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_admission_denied{
    {.id = "KD2003", .name = "admission-denied", .title = "the pods of a workload are refused by a policy", .category = "access", .scenario = Scenario::other, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs, kube::Resource::resourcequotas, kube::Resource::serviceaccounts, kube::Resource::services, kube::Resource::runtimeclasses}, .precedence = 40,
     .doc = {.meaning = "A policy refuses the pods of a workload: Pod Security, an admission webhook or policy, or a LimitRange.",
             .why_it_matters = "No pod of the new revision is made.",
             .how_it_is_found = "Creating pods fails, and the message (event FailedCreate, or condition ReplicaFailure) names the policy and what was violated.",
             .what_to_do = "Change the pod template so that it meets the policy.\nOr change the policy, for example the label pod-security.kubernetes.io/enforce of the namespace.",
             .false_positives = "none known",
             .see_also = "KD2002 KD6003"}},
    check};

} // namespace kdiag::rules::workload
