// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_state.hpp"
#include "rules/network/backends.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& backend : backends(context)) {
        if (backend.service == nullptr || !has_port(backend)) continue;
        const auto state = state_of(context.facts, *backend.service);
        if (state.why != ServiceState::Why::not_ready && state.why != ServiceState::Why::nothing_matches) continue;
        Finding finding;
        finding.subject = kube::ref_of(*backend.ingress);
        finding.discriminator = backend.name;
        finding.title = format("{} sends {} to Service/{}, which has no ready endpoints", finding.subject.display(), backend.path, backend.name);
        finding.evidence.push_back({.type = EvidenceType::derived, .text = format("{} {} -> Service/{}:{} -> {}", finding.subject.display(), backend.path, backend.name, backend.port_text(), state.words), .path = backend.spec_path, .value = backend.name});
        finding.explained_by.push_back(kube::ref_of(*backend.service));
        for (const auto* pod : state.pods) finding.explained_by.push_back(kube::ref_of(*pod));
        finding.impact = "requests to this path are answered with an error";
        finding.remedies.push_back({.text = "nothing to change here, it clears when the Service has endpoints", .command = format("{} describe service {}", kubectl_in(backend.ingress->meta.namespace_name), shell_quote(backend.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_ingress_backend_without_endpoints{
    {.id = "KD3105", .name = "ingress-backend-without-endpoints", .title = "an Ingress sends to a Service that has no ready endpoints", .category = "network", .scenario = Scenario::service_without_endpoints, .stage = Stage::edge,
     .severity = Severity::error, .needs = {kube::Resource::ingresses, kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::replicasets}, .precedence = 20,
     .doc = {.meaning = "A path of an Ingress sends to a Service without a ready endpoint.",
             .why_it_matters = "Requests to this path are answered with an error (503).",
             .how_it_is_found = "The backend Service selects pods that are not ready, or none. What keeps them is shown as the cause.",
             .what_to_do = "Repair what is named as the cause.",
             .false_positives = "none known",
             .see_also = "KD3001"}},
    check};

} // namespace kdiag::rules::network
