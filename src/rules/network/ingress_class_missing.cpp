// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>

namespace kdiag::rules::network {

namespace {

constexpr Duration k_patience = Duration::minutes(2);

std::vector<std::string> class_names(const facts::Snapshot& facts) {
    std::vector<std::string> names;
    for (const auto& known : facts.all<kube::IngressClass>()) names.emplace_back(known.meta.name);
    return names;
}

bool has_default(const facts::Snapshot& facts) {
    const auto& classes = facts.all<kube::IngressClass>();
    return std::any_of(classes.begin(), classes.end(), [](const kube::IngressClass& known) {
        return kube::value_of(known.meta.annotations, "ingressclass.kubernetes.io/is-default-class") == "true";
    });
}

/// A recording holds no empty lists: without any class, other kinds of the cluster have to show that it is one of the cluster.
bool knows_classes(const facts::Snapshot& facts) {
    return facts.knows<kube::IngressClass>() || facts.was_read(kube::Resource::namespaces) || facts.was_read(kube::Resource::nodes);
}

void suggest_class(const kube::ObjectRef& ingress, const std::string& name, Finding& finding) {
    finding.remedies.push_back(
        {.text = format("use the class `{}`, if that is meant", name),
         .command = format("{} patch {} --type=merge -p {}", kubectl_in(ingress.namespace_name), kubectl_name(ingress),
                           shell_quote(format(R"({{"spec":{{"ingressClassName":"{}"}}}})", name))),
         .risk = Risk::change});
}

void report_missing(const RuleContext& context, const kube::Ingress& ingress, FindingSink& sink) {
    const auto wanted = ingress.spec.ingress_class_name;
    const auto names = class_names(context.facts);
    const auto near = nearest(wanted, names, 1);
    Finding finding;
    finding.subject = kube::ref_of(ingress);
    finding.confidence = context.facts.knows<kube::IngressClass>() ? Confidence::certain : Confidence::likely;
    finding.shared = {.kind = "IngressClass", .name = std::string(wanted)};
    finding.first_seen = ingress.meta.created;
    finding.title = format("{} names the IngressClass `{}`, which does not exist", finding.subject.display(), wanted);
    finding.cause = format("there is no IngressClass `{}`{}, so no controller takes the Ingress up", wanted,
                           names.empty() ? std::string(" or any other") : format(" (there is {})", list_some(near.empty() ? names : near)));
    finding.evidence.push_back(field_evidence(".spec.ingressClassName", std::string(wanted), format("ingressClassName {}", wanted)));
    finding.evidence.push_back(field_evidence(".status.loadBalancer.ingress", "", "no controller has given it an address"));
    finding.impact = "nothing that it describes can be reached";
    if (!near.empty() || names.size() == 1) suggest_class(finding.subject, near.empty() ? names.front() : near.front(), finding);
    finding.remedies.push_back(
        {.text = "see what classes there are, or install the controller that brings this one", .command = "kubectl get ingressclasses"});
    sink.add(std::move(finding));
}

void report_none(const RuleContext& context, const kube::Ingress& ingress, FindingSink& sink) {
    const auto names = class_names(context.facts);
    Finding finding;
    finding.subject = kube::ref_of(ingress);
    finding.severity = Severity::warning;
    finding.confidence = Confidence::likely;
    finding.first_seen = ingress.meta.created;
    finding.title = format("{} names no IngressClass, and there is no default one", finding.subject.display());
    finding.cause =
        format("probably no controller takes it up: ingressClassName is not set, and of {} none is the default", list_some(names));
    finding.evidence.push_back(field_evidence(".spec.ingressClassName", "", "ingressClassName is not set, nor the older annotation"));
    finding.evidence.push_back(field_evidence(".status.loadBalancer.ingress", "", "no controller has given it an address"));
    finding.impact = "nothing that it describes can be reached";
    suggest_class(finding.subject, names.front(), finding);
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    if (!knows_classes(context.facts)) return;
    for (const auto& ingress : context.facts.all<kube::Ingress>()) {
        const auto wanted = ingress.spec.ingress_class_name;
        if (ingress.meta.deleted || !ingress.status.load_balancer.ingress.empty()) continue;
        if (!wanted.empty()) {
            const bool known =
                context.facts.knows<kube::IngressClass>() || ingress.meta.created; // a manifest says nothing about the cluster
            if (known && context.facts.find<kube::IngressClass>({}, wanted) == nullptr) report_missing(context, ingress, sink);
        } else if (!kube::has_key(ingress.meta.annotations, "kubernetes.io/ingress.class") &&
                   !context.facts.all<kube::IngressClass>().empty() && !has_default(context.facts) &&
                   !is_younger(context, ingress.meta.created, k_patience)) {
            report_none(context, ingress, sink);
        }
    }
}

} // namespace

extern const Rule k_ingress_class_missing{
    {.id = "KD3103",
     .name = "ingress-class-missing",
     .title = "an Ingress names a class that does not exist, or none",
     .category = "network",
     .scenario = Scenario::other,
     .stage = Stage::edge,
     .severity = Severity::error,
     .needs = {kube::Resource::ingresses, kube::Resource::ingressclasses},
     .uses = {kube::Resource::namespaces},
     .precedence = 40,
     .doc = {.meaning = "An Ingress names an IngressClass that does not exist, or names none while no class is the default.",
             .why_it_matters = "No controller takes it up, so nothing that it describes can be reached.",
             .how_it_is_found =
                 "ingressClassName is not among the IngressClasses of the cluster, and the Ingress has no address; an address shows "
                 "that some controller serves it all the same.",
             .what_to_do = "Use a class that exists.\nInstall the controller that brings the class.\nMark one class as the default.",
             .false_positives = "Controllers that take up every Ingress without giving addresses.",
             .see_also = "KD3101"}},
    check};

} // namespace kdiag::rules::network
