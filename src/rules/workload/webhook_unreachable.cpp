// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

/// The Service of the webhook, when its address is one of the cluster.
kube::ObjectRef service_of(const AdmissionMessage& why) {
    const auto dot = why.service.find('.');
    if (dot == std::string::npos) return {};
    return {.kind = "Service", .namespace_name = why.service.substr(dot + 1), .name = why.service.substr(0, dot)};
}

bool sees(const facts::Snapshot& facts, const std::string& namespace_name) {
    return facts.knows<kube::Service>() && (facts.scope().all_namespaces || facts.scope().namespace_name == namespace_name);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context, {Refusal::webhook_unreachable})) {
        Finding finding = begin(refused);
        const auto& why = refused.parsed;
        const auto service = service_of(why);
        finding.shared = {.kind = "Webhook", .name = why.name};
        finding.title = format("admission webhook `{}` cannot be reached, so pods are refused", why.name);
        finding.cause = format("the API server has to ask it before a pod is made (failurePolicy Fail), and fails: {}", why.details);
        if (!service.empty()) {
            finding.explained_by.push_back(service);
            if (sees(context.facts, service.namespace_name) &&
                context.facts.find<kube::Service>(service.namespace_name, service.name) == nullptr)
                finding.evidence.push_back(
                    derived_evidence(format("{} does not exist in namespace {}", service.display(), service.namespace_name), service));
            finding.remedies.push_back({.text = "bring the webhook's Service and pods back",
                                        .command = format("{} get service,endpointslices,pods", kubectl_in(service.namespace_name))});
        }
        finding.impact = format("{}; every pod that the webhook is asked about is refused", finding.impact);
        finding.remedies.push_back(
            {.text = "find its configuration; it can be deleted, or its failurePolicy set to Ignore, until the webhook is back",
             .command = "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_webhook_unreachable{
    {.id = "KD6003",
     .name = "webhook-unreachable",
     .title = "an admission webhook cannot be reached, so pods are refused",
     .category = "access",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::critical,
     .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::jobs, kube::Resource::services},
     .precedence = 40,
     .doc = {.meaning = "The API server has to ask an admission webhook before it makes a pod, and cannot reach it.",
             .why_it_matters = "No pod that the webhook is asked about can be made, in all namespaces that it watches. What runs goes on "
                               "until it has to be replaced.",
             .how_it_is_found =
                 "Creating pods fails with `failed calling webhook` (event FailedCreate, or condition ReplicaFailure). The webhook and its "
                 "Service are taken from the message; when the Service has no endpoints, that is shown as the cause.",
             .what_to_do = "Bring the Service of the webhook and its pods back.\nDelete the configuration when the webhook was "
                           "removed.\nSet failurePolicy to Ignore only for a while.",
             .see_also = "KD3001 KD2003"}},
    check};

} // namespace kdiag::rules::workload
