// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::network {

namespace {

bool was_refused(const RuleContext& context) {
    for (const auto& gap : context.facts.gaps())
        if (gap.resource == kube::Resource::ingressclasses) return true;
    return false;
}

void check(const RuleContext& context, FindingSink& sink) {
    if (was_refused(context)) return;
    for (const auto& ingress : context.facts.all<kube::Ingress>()) {
        const auto wanted = ingress.spec.ingress_class_name;
        if (wanted.empty() || context.facts.find<kube::IngressClass>({}, wanted) != nullptr || !ingress.status.load_balancer.ingress.empty()) continue;
        std::vector<std::string> names;
        for (const auto& known : context.facts.all<kube::IngressClass>()) names.emplace_back(known.meta.name);
        Finding finding;
        finding.subject = kube::ref_of(ingress);
        // A recording without any class leaves open whether classes were recorded.
        finding.confidence = context.facts.knows<kube::IngressClass>() ? Confidence::certain : Confidence::likely;
        finding.shared = {.kind = "IngressClass", .name = std::string(wanted)};
        finding.first_seen = ingress.meta.created;
        finding.title = format("{} names the IngressClass `{}`, which does not exist", finding.subject.display(), wanted);
        const auto near = nearest(wanted, names, 2);
        finding.cause = names.empty() ? format("there is no IngressClass `{}` (not found), so no controller takes the Ingress up", wanted)
                                      : format("there is no IngressClass `{}`, so no controller takes the Ingress up; there is {}", wanted, list_some(near.empty() ? names : near));
        finding.evidence.push_back({.text = format("ingressClassName {}", wanted), .path = ".spec.ingressClassName", .value = std::string(wanted)});
        finding.evidence.push_back({.text = "it has no address", .path = ".status.loadBalancer.ingress"});
        finding.impact = "nothing it describes can be reached";
        finding.remedies.push_back({.text = "use a class that exists, or install the controller", .command = "kubectl get ingressclasses"});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_ingress_class_missing{
    {.id = "KD3103", .name = "ingress-class-missing", .title = "an Ingress names a class that does not exist", .category = "network", .scenario = Scenario::other, .stage = Stage::edge,
     .severity = Severity::error, .needs = {kube::Resource::ingresses},
     .uses = {kube::Resource::ingressclasses}, .precedence = 50,
     .doc = {.meaning = "An Ingress names an IngressClass that does not exist.",
             .why_it_matters = "No controller takes it up, so nothing it describes can be reached.",
             .how_it_is_found = "ingressClassName is not among the IngressClasses of the cluster, and the Ingress has no address.",
             .what_to_do = "Use a class that exists.\nInstall the controller that brings the class.",
             .false_positives = "none known",
             .see_also = "KD3101"}},
    check};

} // namespace kdiag::rules::network
