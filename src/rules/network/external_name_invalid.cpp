// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_patch.hpp"
#include "rules/common/near_names.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

bool is_address(kube::Text name) {
    const bool v4 = std::count(name.begin(), name.end(), '.') == 3 && name.find_first_not_of("0123456789.") == kube::Text::npos;
    const bool v6 =
        std::count(name.begin(), name.end(), ':') >= 2 && name.find_first_not_of("0123456789abcdefABCDEF:.") == kube::Text::npos;
    return v4 || v6;
}

/// SERVICE and NAMESPACE of `db.shop.svc` and `db.shop.svc.cluster.local.`; empty for names outside the cluster.
struct InClusterName {
    kube::Text service, namespace_name;
};

InClusterName in_cluster(kube::Text name) {
    const auto parts = split(name, '.');
    return parts.size() >= 3 && parts[2] == "svc" ? InClusterName{parts[0], parts[1]} : InClusterName{};
}

bool sees_namespace(const facts::Snapshot& facts, kube::Text name) {
    return facts.knows<kube::Service>() &&
           (facts.scope().all_namespaces ? !facts.services_in(name).empty() : facts.scope().namespace_name == name);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& service : context.facts.all<kube::Service>()) {
        if (service.spec.type != "ExternalName" || service.meta.deleted) continue;
        const auto name = service.spec.external_name;
        const auto inside = in_cluster(name);
        Finding finding;
        finding.subject = kube::ref_of(service);
        std::string meant;
        if (is_address(name)) {
            finding.cause =
                format("externalName has to be a host name, and `{}` is an address: it is looked up as a name and never found", name);
        } else if (!inside.service.empty() && sees_namespace(context.facts, inside.namespace_name) &&
                   context.facts.find<kube::Service>(inside.namespace_name, inside.service) == nullptr) {
            const auto near = near_names<kube::Service>(context, inside.namespace_name, inside.service);
            if (!near.empty()) meant = near.front() + std::string(name.substr(inside.service.size()));
            finding.cause = format("there is no Service `{}` in namespace {}{}", inside.service, inside.namespace_name,
                                   near.empty() ? "" : format("; there is `{}`", near.front()));
        } else {
            continue;
        }
        finding.first_seen = service.meta.created;
        finding.title = format("the external name of {} cannot be resolved", finding.subject.display());
        finding.evidence.push_back(field_evidence(".spec.externalName", std::string(name), format("externalName {}", name)));
        finding.impact = "looking the Service up gives an error";
        if (!meant.empty())
            finding.remedies.push_back({.text = "correct the name",
                                        .command = kubectl_replace(finding.subject, ".spec.externalName", json_name(meant)),
                                        .risk = Risk::change});
        else
            finding.remedies.push_back(
                {.text = is_address(name) ? "for an address make a Service without a selector, and an EndpointSlice beside it"
                                          : "correct the name, or create the Service that it names",
                 .command = format("{} edit service {}", kubectl_in(service.meta.namespace_name), shell_quote(service.meta.name)),
                 .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_external_name_invalid{
    {.id = "KD3010",
     .name = "external-name-invalid",
     .title = "the external name of a Service cannot be resolved",
     .category = "network",
     .scenario = Scenario::running_but_broken,
     .stage = Stage::service,
     .severity = Severity::error,
     .needs = {kube::Resource::services},
     .precedence = 30,
     .doc =
         {.meaning =
              "A Service of type ExternalName points to an address instead of a name, or to a Service of the cluster that does not exist.",
          .why_it_matters = "Looking up the Service gives an error, so nothing that uses it can connect.",
          .how_it_is_found =
              "externalName is an IP address, or a name of the form SERVICE.NAMESPACE.svc of which there is no Service. Names "
              "outside the cluster are not looked up.",
          .what_to_do = "For addresses use a Service without a selector and an EndpointSlice.\nCorrect the name.",
          .see_also = "KD3002"}},
    check};

} // namespace kdiag::rules::network
