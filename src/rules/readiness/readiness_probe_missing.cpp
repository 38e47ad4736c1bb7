// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/service_ports.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::readiness {

namespace {

/// The first port of a Service that ends in this container, which is not the same as being in a pod that it selects.
struct Served {
    const kube::Service* service = nullptr;
    std::int64_t port = 0;
};
Served service_of(const std::vector<const kube::Service*>& services, const ContainerView& view) {
    for (const auto* service : services)
        for (const auto& wanted : service->spec.ports)
            for (const auto& declared : view.spec->ports)
                if (declared.container_port == target_number(view.pod->spec, wanted)) return {service, declared.container_port};
    return {};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted || pod.status.phase != "Running") continue;
        const auto services = context.facts.services_selecting(pod);
        for (const auto& view : containers_of(pod)) {
            if (view.role == ContainerRole::init || view.spec->readiness_probe) continue;
            const auto served = service_of(services, view);
            if (served.service == nullptr) continue;
            Finding finding;
            finding.subject = ref_of(view);
            finding.severity = Severity::warning;
            finding.title = format("{} serves Service `{}` and has no readiness probe", view.display(), served.service->meta.name);
            finding.cause = "without a readiness probe a container counts as ready as soon as it runs";
            finding.impact = "requests reach it while it still starts, and some fail during each rollout";
            finding.evidence.push_back({.text = "readinessProbe is not set", .path = view.spec_path("readinessProbe")});
            finding.evidence.push_back({.text = format("Service `{}` sends requests to its port {}", served.service->meta.name, served.port),
                                        .object = kube::ref_of(*served.service), .path = ".spec.ports"});
            finding.remedies.push_back({.text = "add a readiness probe that asks what callers need",
                                        .command = format("{} edit {}", kubectl_in(pod.meta.namespace_name), kubectl_name(context.facts.top_owner(pod))), .risk = Risk::disruptive});
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_readiness_probe_missing{
    {.id = "KD1302", .name = "readiness-probe-missing", .title = "a container behind a Service has no readiness probe", .category = "probe", .scenario = Scenario::running_but_broken,
     .stage = Stage::readiness, .severity = Severity::warning, .needs = {kube::Resource::pods, kube::Resource::services}, .uses = {kube::Resource::replicasets}, .precedence = 1, .best_practice = true,
     .doc = {.meaning = "A container that a Service sends requests to has no readiness probe.",
             .why_it_matters = "Requests are sent to it while it is still starting, and during each rollout some of them fail.",
             .how_it_is_found = "The pod runs, a port of a Service that selects it is declared by the container, and the container has no readinessProbe.",
             .what_to_do = "Add a readiness probe that asks what callers need.",
             .false_positives = "A program that accepts requests from its first moment.",
             .see_also = "KD1309"}},
    check};

} // namespace kdiag::rules::readiness
