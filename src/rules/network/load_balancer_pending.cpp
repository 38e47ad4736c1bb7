// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

constexpr Duration k_patience = Duration::minutes(5);

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.spec.type != "LoadBalancer" || !service.status.load_balancer.ingress.empty() || !service.spec.external_ips.empty() || service.meta.deleted) continue;
        const auto* failure = context.facts.last_event(service, "SyncLoadBalancerFailed");
        if (failure == nullptr && context.age(service.meta.created) < k_patience) continue;
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.confidence = failure != nullptr ? Confidence::certain : Confidence::likely;
        finding.first_seen = service.meta.created;
        finding.title = format("{} gets no external address", finding.subject.display());
        finding.cause = failure != nullptr ? std::string(failure->message) : std::string("probably no controller for load balancers runs in the cluster");
        finding.evidence.push_back({.text = format("type LoadBalancer, no address for {}", to_age(context.age(service.meta.created))), .path = ".status.loadBalancer.ingress"});
        if (failure != nullptr) finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(failure->message), .time = failure->last_seen(), .first_time = failure->first_seen(), .count = failure->count()});
        finding.remedies.push_back({.text = "look at the cloud provider's controller and its quota; without one use NodePort or an Ingress", .command = format("{} describe service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_load_balancer_pending{
    {.id = "KD3011", .name = "loadbalancer-pending", .title = "a load balancer gets no address", .category = "network", .scenario = Scenario::other, .stage = Stage::service,
     .severity = Severity::warning, .needs = {kube::Resource::services},
     .uses = {kube::Resource::events}, .precedence = 20,
     .doc = {.meaning = "A Service of type LoadBalancer has had no external address for more than five minutes.",
             .why_it_matters = "It cannot be reached from outside.",
             .how_it_is_found = "Its status has no address; the event SyncLoadBalancerFailed gives the provider's words.",
             .what_to_do = "Look at the cloud controller and at quotas.\nOn a cluster without one, install a load balancer or use NodePort.",
             .false_positives = "Clusters where the type is used without a controller on purpose.",
             .see_also = "KD3001"}},
    check};

} // namespace kdiag::rules::network
