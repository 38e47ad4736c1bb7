// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

/// What each kind of policy is called, and what it says.
void explain(const Refused& refused, Finding& finding) {
    const auto& why = refused.parsed;
    const std::string& namespace_name = refused.controller.namespace_name;
    if (why.refusal == Refusal::pod_security) {
        finding.title = format("the pods of {} violate the Pod Security Standard `{}`", refused.top.display(), why.level);
        finding.cause =
            format("namespace {} enforces `{}`, and the pod template fails {}", namespace_name, why.level, list_some(why.violations, 6));
        for (const auto& violation : why.violations) finding.evidence.push_back(derived_evidence(format("violated: {}", violation)));
        finding.explained_by.push_back({.kind = "Namespace", .name = namespace_name});
        finding.remedies.push_back(
            {.text = "set in the pod template what the standard asks for", .command = edit_command(refused), .risk = Risk::disruptive});
        finding.remedies.push_back({.text = "see what the namespace enforces",
                                    .command = format("kubectl get namespace {} --show-labels", shell_quote(namespace_name))});
    } else if (why.refusal == Refusal::limit_range) {
        finding.title = format("the pods of {} do not fit the LimitRange of the namespace", refused.top.display());
        finding.cause = why.details;
        finding.remedies.push_back({.text = "choose requests and limits within the range; missing ones are filled in from its defaults",
                                    .command = format("{} describe limitrange", kubectl_in(namespace_name))});
    } else {
        const bool webhook = why.refusal == Refusal::webhook_denied;
        finding.title = format("the pods of {} are denied by {} `{}`", refused.top.display(),
                               webhook ? "admission webhook" : "admission policy", why.name);
        finding.cause = why.details.empty() ? format("`{}` denies them and gives no reason", why.name) : why.details;
        finding.discriminator = why.name;
        finding.remedies.push_back(
            {.text = "meet the policy in the pod template", .command = edit_command(refused), .risk = Risk::disruptive});
        if (webhook)
            finding.remedies.push_back({.text = "see who runs the webhook",
                                        .command = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"});
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused :
         find_refused(context, {Refusal::pod_security, Refusal::webhook_denied, Refusal::policy_denied, Refusal::limit_range})) {
        Finding finding = begin(refused);
        explain(refused, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_admission_denied{
    {.id = "KD2003",
     .name = "admission-denied",
     .title = "the pods of a workload are refused by a policy",
     .category = "access",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::replicasets},
     .uses = k_refusal_uses,
     .precedence = 40,
     .doc = {.meaning =
                 "A policy refuses the pods of a workload: Pod Security, an admission webhook, an admission policy, or a LimitRange.",
             .why_it_matters =
                 "The workload lacks pods, or has none. Making the Deployment gives at most a warning, and no pod shows the reason.",
             .how_it_is_found = "Creating pods fails with the words of the policy (event FailedCreate, or condition ReplicaFailure), and "
                                "pods are still missing. For Pod Security the level and each check that failed are named.",
             .what_to_do = "Change the pod template so that it meets the policy.\nAsk whoever owns the policy when it is too strict.",
             .see_also = "KD2002 KD6003"}},
    check};

} // namespace kdiag::rules::workload
