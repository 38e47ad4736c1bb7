// SPDX-License-Identifier: Apache-2.0
#include "kube/selector.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto* service : context.facts.services_in("kube-system")) {
        if (!is_cluster_dns(*service) || service->meta.deleted) continue;
        const auto& state = state_of(context, *service);
        if (!state.is_down() || !has_been_down(context, *service, state)) continue;
        Finding finding;
        finding.subject = kube::ref_of(*service);
        finding.severity = Severity::critical;
        finding.confidence = state.pods.empty() && state.scaled.empty() ? Confidence::likely : Confidence::certain;
        finding.first_seen = down_since(state);
        finding.title = "the DNS of the cluster has no ready endpoint";
        finding.cause = state.words;
        finding.evidence.push_back(
            field_evidence(".spec.selector", kube::show(service->spec.selector), format("{}: {}", finding.subject.display(), state.words)));
        explain_by_pods(context, *service, state, finding);
        finding.impact = "no name resolves inside the cluster";
        if (state.why == ServiceState::Why::scaled_to_zero)
            finding.remedies.push_back(
                {.text = "start it again",
                 .command = format("{} scale {} --replicas=2", kubectl_in(state.scaled.namespace_name), kubectl_name(state.scaled)),
                 .risk = Risk::change});
        finding.remedies.push_back(
            {.text = "look at its pods",
             .command = format("kubectl -n kube-system get pods -o wide -l {}", shell_quote(kube::show(service->spec.selector)))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_cluster_dns_broken{
    {.id = "KD3006",
     .name = "dns-broken",
     .title = "the DNS of the cluster has no ready endpoint",
     .category = "network",
     .scenario = Scenario::service_without_endpoints,
     .stage = Stage::service,
     .severity = Severity::critical,
     .needs = {kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::endpointslices, kube::Resource::deployments, kube::Resource::daemonsets, kube::Resource::replicasets},
     .precedence = 60,
     .doc = {.meaning = "The Service of the cluster's DNS, usually kube-dns, has no ready pod behind it.",
             .why_it_matters = "No name resolves inside the cluster, so nearly everything that talks to another Service fails.",
             .how_it_is_found =
                 "The DNS Service in kube-system (by its name or its label k8s-app=kube-dns) has no ready endpoint: its pods are "
                 "not ready, its selector matches nothing, or its workload is scaled to 0, which is never meant here.",
             .what_to_do = "Look at the CoreDNS pods: their events, log and node.\nScale the Deployment up if it has no replicas.",
             .false_positives = "A cluster whose DNS runs elsewhere, for example on the nodes.",
             .see_also = "KD3001"}},
    check};

} // namespace kdiag::rules::network
