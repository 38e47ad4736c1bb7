// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_patch.hpp"
#include "rules/common/near_names.hpp"
#include "rules/network/backends.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::network {

namespace {

void report(const RuleContext& context, const Backend& backend, FindingSink& sink) {
    const auto namespace_name = backend.ingress->meta.namespace_name;
    const auto& names = names_in<kube::Service>(context, namespace_name);
    const auto near = near_names<kube::Service>(context, namespace_name, backend.name, 2);
    const std::string other = elsewhere<kube::Service>(context, namespace_name, backend.name);
    Finding finding;
    finding.subject = kube::ref_of(*backend.ingress);
    finding.discriminator = backend.name;
    finding.first_seen = backend.ingress->meta.created;
    finding.title = format("{} sends {} to Service/{}, which does not exist", finding.subject.display(), backend.path, backend.name);
    finding.cause = format("there is no Service `{}` in namespace {}", backend.name, namespace_name);
    if (!near.empty())
        finding.cause += format("; there is `{}`", near.front());
    else if (!other.empty())
        finding.cause += format("; there is one in namespace {}, and an Ingress sends only to its own namespace", other);
    finding.evidence.push_back(
        field_evidence(backend.spec_path + ".name", backend.name, format("backend service {}:{}", backend.name, backend.port_text())));
    finding.evidence.push_back(derived_evidence(names.empty()
                                                    ? format("namespace {} has no Service", namespace_name)
                                                    : format("namespace {} has the Services {}", namespace_name, list_some(names, 5))));
    finding.impact = "requests to this path are answered with an error";
    if (!near.empty())
        finding.remedies.push_back({.text = format("send to `{}`, if that is meant", near.front()),
                                    .command = kubectl_replace(finding.subject, backend.spec_path + ".name", json_name(near.front())),
                                    .risk = Risk::change});
    finding.remedies.push_back({.text = "see what Services there are", .command = format("{} get services", kubectl_in(namespace_name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    if (!context.facts.knows<kube::Service>()) return;
    for (const auto& backend : backends(context))
        if (backend.service == nullptr) report(context, backend, sink);
}

} // namespace

extern const Rule k_ingress_backend_missing{
    {.id = "KD3101",
     .name = "ingress-backend-missing",
     .title = "an Ingress sends to a Service that does not exist",
     .category = "network",
     .scenario = Scenario::other,
     .stage = Stage::edge,
     .severity = Severity::error,
     .needs = {kube::Resource::ingresses, kube::Resource::services},
     .precedence = 40,
     .doc = {.meaning = "A path of an Ingress sends to a Service that does not exist in its namespace.",
             .why_it_matters = "Requests to this path are answered with an error (503, 404 or a default page).",
             .how_it_is_found =
                 "The name of the backend is not among the Services of the namespace. Near names are given, and a Service of the "
                 "same name in another namespace. Backends that are no Services are left out, and so are the actions of the AWS "
                 "controller.",
             .what_to_do = "Correct the name, or create the Service.\nA backend has to be in the namespace of the Ingress.",
             .see_also = "KD3102 KD3105"}},
    check};

} // namespace kdiag::rules::network
