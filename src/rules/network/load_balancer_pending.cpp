// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::network {

namespace {

constexpr Duration k_patience = Duration::minutes(5);

bool tells_failure(kube::Text reason) {
    return reason == "SyncLoadBalancerFailed" || reason == "AllocationFailed" || reason == "UnAvailableLoadBalancer" ||
           reason == "CreatingLoadBalancerFailed";
}

/// The provider's newest words, unless it has succeeded since.
const kube::Event* newest_failure(const RuleContext& context, const kube::Service& service) {
    const kube::Event* failure = nullptr;
    for (const auto* event : context.facts.events_of(service)) {
        if (tells_failure(event->reason)) failure = event;
        if (event->reason == "EnsuredLoadBalancer") failure = nullptr;
    }
    return failure;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.spec.type != "LoadBalancer" || !service.status.load_balancer.ingress.empty() || !service.spec.external_ips.empty())
            continue;
        const auto* failure = newest_failure(context, service);
        if (service.meta.deleted || !service.meta.created || (failure == nullptr && is_younger(context, service.meta.created, k_patience)))
            continue;
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.stands_alone = true;
        finding.severity = failure != nullptr ? Severity::error : Severity::warning;
        finding.confidence = failure != nullptr ? Confidence::certain : Confidence::likely;
        finding.first_seen = service.meta.created;
        finding.title = format("{} gets no external address", finding.subject.display());
        finding.cause = failure != nullptr ? format("the provider says: {}", failure->message)
                                           : std::string("probably nothing in the cluster makes load balancers, or it does not work");
        const std::string age = service.meta.created ? format(" for {}", to_age(context.age(service.meta.created))) : std::string();
        finding.evidence.push_back(
            field_evidence(".status.loadBalancer.ingress", "", format("type LoadBalancer, without an address{}", age)));
        if (failure != nullptr) finding.evidence.push_back(event_evidence(*failure));
        finding.impact = "it cannot be reached from outside; inside the cluster it works";
        finding.remedies.push_back(
            {.text = "look at the events, the provider's controller and its quota; without a provider use NodePort or an Ingress",
             .command = format("{} describe service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_load_balancer_pending{
    {.id = "KD3011",
     .name = "loadbalancer-pending",
     .title = "a load balancer gets no address",
     .category = "network",
     .scenario = Scenario::other,
     .stage = Stage::edge,
     .severity = Severity::warning,
     .needs = {kube::Resource::services},
     .uses = {kube::Resource::events},
     .precedence = 40,
     .doc =
         {.meaning =
              "A Service of type LoadBalancer has had no external address for more than five minutes, or its provider reports a failure.",
          .why_it_matters = "It cannot be reached from outside.",
          .how_it_is_found =
              "Its status has no address and it has no external IPs. Events such as SyncLoadBalancerFailed or AllocationFailed "
              "give the provider's words.",
          .what_to_do =
              "Look at the provider's controller and at quotas.\nOn a cluster without one, install a load balancer or use NodePort.",
          .false_positives = "Clusters where the type is used without a controller on purpose.",
          .see_also = "KD3001"}},
    check};

} // namespace kdiag::rules::network
