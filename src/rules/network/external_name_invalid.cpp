// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::network {

namespace {

bool looks_like_an_address(kube::Text name) {
    return !name.empty() && name.find_first_not_of("0123456789.") == kube::Text::npos;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.spec.type != "ExternalName") continue;
        const auto name = service.spec.external_name;
        std::string cause;
        if (looks_like_an_address(name)) cause = format("`{}` is an address, and externalName has to be a host name", name);
        const auto parts = split(name, '.');
        if (cause.empty() && parts.size() > 2 && parts[2] == "svc" && context.facts.knows<kube::Service>() && (context.facts.scope().all_namespaces || parts[1] == context.facts.scope().namespace_name) &&
            context.facts.find<kube::Service>(parts[1], parts[0]) == nullptr)
            cause = format("Service/{} does not exist in namespace {}", parts[0], parts[1]);
        if (cause.empty()) continue;
        Finding finding;
        finding.subject = kube::ref_of(service);
        finding.first_seen = service.meta.created;
        finding.title = format("the external name of {} cannot work", finding.subject.display());
        finding.cause = cause;
        finding.evidence.push_back({.text = format("externalName {}", name), .path = ".spec.externalName", .value = std::string(name)});
        finding.remedies.push_back({.text = "for an address make a Service without selector and an EndpointSlice; else correct the name", .command = format("{} edit service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name)), .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_external_name_invalid{
    {.id = "KD3010", .name = "external-name-invalid", .title = "the external name of a Service cannot work", .category = "network", .scenario = Scenario::running_but_broken, .stage = Stage::service,
     .severity = Severity::warning, .needs = {kube::Resource::services},
     .uses = {}, .precedence = 30,
     .doc = {.meaning = "A Service of type ExternalName points to an address instead of a name, or to a Service of the cluster that does not exist.",
             .why_it_matters = "Looking up the Service gives a name that does not resolve.",
             .how_it_is_found = "externalName is an IP address, or a name of the form SERVICE.NAMESPACE.svc of which there is no Service.",
             .what_to_do = "For addresses use a Service without selector and an EndpointSlice.\nCorrect the name.",
             .false_positives = "none known",
             .see_also = "KD3002"}},
    check};

} // namespace kdiag::rules::network
