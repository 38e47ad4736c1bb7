// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/network/backends.hpp"
#include "rules/network/service_report.hpp"
#include "util/format.hpp"

namespace kdiag::rules::network {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& backend : backends(context)) {
        if (backend.service == nullptr || !has_port(backend)) continue;
        const auto& state = state_of(context, *backend.service);
        // Scaled to 0 is meant so, and Jobs come and go.
        if (!state.is_down() || state.why == ServiceState::Why::scaled_to_zero || state.why == ServiceState::Why::finished) continue;
        if (!has_been_down(context, *backend.service, state) && state.why == ServiceState::Why::not_ready) continue;
        Finding finding;
        finding.subject = kube::ref_of(*backend.ingress);
        finding.severity = Severity::warning;
        finding.discriminator = backend.name;
        finding.first_seen = down_since(state);
        finding.title = format("{} sends {} to Service/{}, which has no endpoints", finding.subject.display(), backend.path, backend.name);
        finding.cause = format("Service/{}: {}", backend.name, state.words);
        finding.evidence.push_back(field_evidence(backend.spec_path + ".name", backend.name,
                                                  format("{} {} -> Service/{}:{} -> {}", finding.subject.display(), backend.path,
                                                         backend.name, backend.port_text(), state.words)));
        finding.explained_by.push_back(kube::ref_of(*backend.service));
        explain_by_pods(context, *backend.service, state, finding);
        finding.impact = "requests to this path are answered with an error";
        finding.remedies.push_back(
            {.text = "nothing to change here, it clears when the Service has endpoints",
             .command = format("{} describe service {}", kubectl_in(backend.ingress->meta.namespace_name), shell_quote(backend.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_ingress_backend_without_endpoints{
    {.id = "KD3105",
     .name = "ingress-backend-without-endpoints",
     .title = "an Ingress sends to a Service that has no endpoints",
     .category = "network",
     .scenario = Scenario::service_without_endpoints,
     .stage = Stage::edge,
     .severity = Severity::warning,
     .needs = {kube::Resource::ingresses, kube::Resource::services, kube::Resource::pods},
     .uses = {kube::Resource::endpointslices, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::replicasets},
     .precedence = 40,
     .doc = {.meaning = "A path of an Ingress sends to a Service without a ready endpoint.",
             .why_it_matters = "Requests to this path are answered with an error (503).",
             .how_it_is_found =
                 "The backend Service selects pods that are not ready, none at all, or a port that they do not have. Services of "
                 "workloads that are scaled to 0 are left alone. What keeps the Service is shown as the cause.",
             .what_to_do = "Repair what is named as the cause.\nThe Ingress needs no change.",
             .see_also = "KD3001 KD3002 KD3003"}},
    check};

} // namespace kdiag::rules::network
