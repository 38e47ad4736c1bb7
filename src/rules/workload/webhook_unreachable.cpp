// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context)) {
        if (refused.parsed.refusal != Refusal::webhook_unreachable) continue;
        Finding finding = begin(context, refused);
        const auto& why = refused.parsed;
        const std::string namespace_name = refused.controller.namespace_name;
        const auto parts = split(why.service, '.');
        finding.shared = {.kind = "Webhook", .name = why.name};
        finding.title = format("admission webhook `{}` cannot be reached, and refuses pods by that", why.name);
        finding.cause = format("the API server has to ask it before a pod is made, and fails: {}", why.details.empty() ? refused.message : why.details);
        if (parts.size() == 2) {
            finding.explained_by.push_back({.kind = "Service", .namespace_name = std::string(parts[1]), .name = std::string(parts[0])});
            if (context.facts.knows<kube::Service>() && context.facts.find<kube::Service>(parts[1], parts[0]) == nullptr && (context.facts.scope().all_namespaces || context.facts.scope().namespace_name == parts[1]))
                finding.evidence.push_back({.type = EvidenceType::derived, .text = format("Service/{} in namespace {} does not exist", parts[0], parts[1])});
        }
        finding.remedies.push_back({.text = "bring the webhook's Service and pods back; until then its configuration can be removed, or its failurePolicy set to Ignore", .command = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations", .risk = Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_webhook_unreachable{
    {.id = "KD6003", .name = "webhook-unreachable", .title = "an admission webhook cannot be reached, so pods are refused", .category = "access", .scenario = Scenario::other, .stage = Stage::infrastructure,
     .severity = Severity::error, .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs, kube::Resource::resourcequotas, kube::Resource::serviceaccounts, kube::Resource::services, kube::Resource::runtimeclasses}, .precedence = 40,
     .doc = {.meaning = "The API server has to ask an admission webhook before it makes a pod, and cannot reach it.",
             .why_it_matters = "With failurePolicy Fail nothing that the webhook watches can be created or changed any more.",
             .how_it_is_found = "Creating pods fails with the message failed calling webhook; the webhook and its Service are named. Several workloads behind one webhook are one finding.",
             .what_to_do = "Bring its Service and pods back.\nIf it was removed, remove its webhook configuration too.\nExclude the webhook's own namespace, so that it can start.",
             .false_positives = "none known",
             .see_also = "KD3001 KD2003"}},
    check};

} // namespace kdiag::rules::workload
