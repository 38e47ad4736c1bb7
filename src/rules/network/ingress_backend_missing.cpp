// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/network/backends.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::network {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    if (!context.facts.knows<kube::Service>()) return;
    for (const auto& backend : backends(context)) {
        if (backend.service != nullptr) continue;
        std::vector<std::string> names;
        for (const auto* service : context.facts.services_in(backend.ingress->meta.namespace_name)) names.emplace_back(service->meta.name);
        const auto near = nearest(backend.name, names, 2);
        Finding finding;
        finding.subject = kube::ref_of(*backend.ingress);
        finding.discriminator = backend.name;
        finding.first_seen = backend.ingress->meta.created;
        finding.title = format("{} sends {} to Service/{}, which does not exist", finding.subject.display(), backend.path, backend.name);
        finding.cause = !near.empty() ? format("there is no Service `{}`; there is {}", backend.name, list_some(near))
                        : names.empty() ? format("there is no Service `{}` in namespace {} (not found)", backend.name, backend.ingress->meta.namespace_name)
                                        : format("there is no Service `{}` in namespace {} (not found); there is {}", backend.name, backend.ingress->meta.namespace_name, list_some(names));
        finding.evidence.push_back({.text = format("backend service {}", backend.name), .path = backend.spec_path, .value = backend.name});
        finding.impact = "requests to this path are answered with an error";
        finding.remedies.push_back({.text = "correct the name of the backend, or create the Service", .command = format("{} edit ingress {}", kubectl_in(backend.ingress->meta.namespace_name), shell_quote(backend.ingress->meta.name)), .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_ingress_backend_missing{
    {.id = "KD3101", .name = "ingress-backend-missing", .title = "an Ingress sends to a Service that does not exist", .category = "network", .scenario = Scenario::other, .stage = Stage::edge,
     .severity = Severity::error, .needs = {kube::Resource::ingresses, kube::Resource::services},
     .uses = {}, .precedence = 50,
     .doc = {.meaning = "A path of an Ingress sends to a Service that does not exist in its namespace.",
             .why_it_matters = "Requests to this path are answered with an error (503, 404 or a default page).",
             .how_it_is_found = "The name of the backend is not among the Services of the namespace; near names are given.",
             .what_to_do = "Correct the name.\nA backend has to be in the namespace of the Ingress.",
             .false_positives = "none known",
             .see_also = "KD3102"}},
    check};

} // namespace kdiag::rules::network
