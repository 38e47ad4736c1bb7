// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::network {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    if (!context.facts.knows<kube::Secret>()) return;
    for (const auto& ingress : context.facts.all<kube::Ingress>()) {
        for (std::size_t i = 0; i < ingress.spec.tls.size(); ++i) {
            const auto wanted = ingress.spec.tls[i].secret_name;
            if (wanted.empty() || context.facts.find<kube::Secret>(ingress.meta.namespace_name, wanted) != nullptr) continue;
            Finding finding;
            finding.subject = kube::ref_of(ingress);
            finding.discriminator = std::string(wanted);
            finding.first_seen = ingress.meta.created;
            finding.title = format("{} names the TLS Secret `{}`, which does not exist", finding.subject.display(), wanted);
            finding.cause = format("there is no Secret `{}` in namespace {} (not found), so another certificate is served for {}", wanted, ingress.meta.namespace_name, ingress.spec.tls[i].hosts.empty() ? kube::Text("its hosts") : ingress.spec.tls[i].hosts.front());
            finding.evidence.push_back({.text = format("tls secretName {}", wanted), .path = format(".spec.tls[{}].secretName", i), .value = std::string(wanted)});
            finding.remedies.push_back({.text = "create the Secret, or look at the certificate controller that is to make it", .command = format("{} create secret tls {} --cert=FILE --key=FILE", kubectl_in(ingress.meta.namespace_name), shell_quote(wanted)), .risk = Risk::change});
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_ingress_tls_secret_missing{
    {.id = "KD3104", .name = "ingress-tls-secret-missing", .title = "an Ingress names a TLS Secret that does not exist", .category = "network", .scenario = Scenario::other, .stage = Stage::edge,
     .severity = Severity::warning, .needs = {kube::Resource::ingresses, kube::Resource::secrets},
     .uses = {}, .precedence = 40,
     .doc = {.meaning = "An Ingress takes its certificate from a Secret that does not exist.",
             .why_it_matters = "Visitors get a certificate that does not fit, and a warning.",
             .how_it_is_found = "The Secret of spec.tls is not among the Secrets of the namespace.",
             .what_to_do = "Create the Secret.\nLook at cert-manager's Certificate if it is to make it.",
             .false_positives = "none known",
             .see_also = "KD3101"}},
    check};

} // namespace kdiag::rules::network
