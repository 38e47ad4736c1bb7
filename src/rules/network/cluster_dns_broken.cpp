// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    const auto* service = context.facts.find<kube::Service>("kube-system", "kube-dns");
    if (service == nullptr) return;
    const auto state = state_of(context.facts, *service);
    if (state.why == ServiceState::Why::fine || state.why == ServiceState::Why::exempt) return;
    Finding finding;
    finding.subject = kube::ref_of(*service);
    finding.severity = Severity::critical;
    finding.confidence = state.pods.empty() ? Confidence::likely : Confidence::certain;
    finding.title = "the DNS of the cluster has no ready endpoint";
    finding.cause = state.words;
    finding.evidence.push_back({.type = EvidenceType::derived, .text = format("Service/kube-dns in kube-system: {}", state.words), .path = ".spec.selector"});
    for (const auto* pod : state.pods) finding.explained_by.push_back(kube::ref_of(*pod));
    finding.impact = "no name resolves inside the cluster";
    finding.remedies.push_back({.text = "look at its pods", .command = "kubectl -n kube-system get pods -l k8s-app=kube-dns"});
    sink.add(std::move(finding));
}

} // namespace

extern const Rule k_cluster_dns_broken{
    {.id = "KD3006", .name = "dns-broken", .title = "the DNS of the cluster has no ready endpoint", .category = "network", .scenario = Scenario::other, .stage = Stage::infrastructure,
     .severity = Severity::critical, .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::deployments, kube::Resource::daemonsets, kube::Resource::replicasets}, .precedence = 50,
     .doc = {.meaning = "The Service kube-dns has no ready pod behind it.",
             .why_it_matters = "No name resolves inside the cluster, so nearly everything that talks to another Service fails.",
             .how_it_is_found = "The Service kube-system/kube-dns selects no ready pod.",
             .what_to_do = "Look at the CoreDNS pods: their events, log and node.",
             .false_positives = "A cluster whose DNS runs elsewhere, for example on the nodes.",
             .see_also = "KD3001"}},
    check};

} // namespace kdiag::rules::network
