// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/youth.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <unordered_map>

namespace kdiag::rules::network {

namespace {

/// A certificate controller makes the Secret a little after the Ingress.
constexpr Duration k_patience = Duration::minutes(2);

bool has_key(const kube::Secret& secret, std::string_view key) {
    return std::find(secret.keys.begin(), secret.keys.end(), key) != secret.keys.end();
}

using TlsSecrets = std::unordered_map<std::string_view, std::vector<std::string>>; ///< names by namespace

TlsSecrets tls_secrets(const RuleContext& context) {
    TlsSecrets names;
    for (const auto& secret : context.facts.all<kube::Secret>())
        if (secret.type == "kubernetes.io/tls") names[secret.meta.namespace_name].emplace_back(secret.meta.name);
    return names;
}

std::vector<std::string> near_secrets(const RuleContext& context, std::string_view namespace_name, std::string_view name) {
    const auto& all = context.once(&tls_secrets);
    const auto found = all.find(namespace_name);
    return found == all.end() || !context.may_search(namespace_name) ? std::vector<std::string>() : nearest(name, found->second, 1);
}

/// What is wrong with the Secret; empty when it will do.
std::string fault_of(const RuleContext& context, const kube::Ingress& ingress, kube::Text name) {
    const auto* secret = context.facts.find<kube::Secret>(ingress.meta.namespace_name, name);
    if (secret == nullptr) {
        if (!context.facts.knows<kube::Secret>() || is_younger(context, ingress.meta.created, k_patience)) return {};
        const auto near = near_secrets(context, ingress.meta.namespace_name, name);
        return format("there is no Secret `{}` in namespace {}{}", name, ingress.meta.namespace_name,
                      near.empty() ? "" : format("; there is `{}`", near.front()));
    }
    for (const char* key : {"tls.crt", "tls.key"})
        if (!has_key(*secret, key)) return format("Secret `{}` has no key {}", name, key);
    return {};
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& ingress : context.facts.all<kube::Ingress>()) {
        for (std::size_t i = 0; i < ingress.spec.tls.size() && !ingress.meta.deleted; ++i) {
            const auto& tls = ingress.spec.tls[i];
            if (tls.secret_name.empty()) continue; // the controller's own certificate is meant
            const std::string fault = fault_of(context, ingress, tls.secret_name);
            if (fault.empty()) continue;
            const kube::Text host = tls.hosts.empty() ? kube::Text("its hosts") : tls.hosts.front();
            Finding finding;
            finding.subject = kube::ref_of(ingress);
            finding.discriminator = std::string(tls.secret_name);
            finding.first_seen = ingress.meta.created;
            finding.title =
                format("{} has no certificate for {}: Secret `{}` cannot be used", finding.subject.display(), host, tls.secret_name);
            finding.cause = fault;
            finding.evidence.push_back(field_evidence(format(".spec.tls[{}].secretName", i), std::string(tls.secret_name),
                                                      format("tls secretName {} for {}", tls.secret_name, host)));
            finding.impact = "visitors get another certificate, and a warning";
            finding.remedies.push_back({.text = "create the Secret, or look at the controller that is to make it",
                                        .command = format("{} create secret tls {} --cert=tls.crt --key=tls.key",
                                                          kubectl_in(ingress.meta.namespace_name), shell_quote(tls.secret_name)),
                                        .risk = Risk::change});
            sink.add(std::move(finding));
        }
    }
}

} // namespace

extern const Rule k_ingress_tls_secret_missing{
    {.id = "KD3104",
     .name = "ingress-tls-secret-missing",
     .title = "the TLS Secret of an Ingress does not exist, or lacks its keys",
     .category = "network",
     .scenario = Scenario::other,
     .stage = Stage::edge,
     .severity = Severity::error,
     .needs = {kube::Resource::ingresses, kube::Resource::secrets},
     .precedence = 40,
     .doc = {.meaning = "An Ingress takes its certificate from a Secret that does not exist, or that has no tls.crt or tls.key.",
             .why_it_matters = "Visitors get a certificate that does not fit, and a warning; some controllers refuse the host.",
             .how_it_is_found =
                 "The Secret of spec.tls is not among the Secrets of the namespace two minutes after the Ingress was made, or its "
                 "keys are not those of a TLS Secret. Values are not read.",
             .what_to_do = "Create the Secret.\nLook at the Certificate, if cert-manager is to make it.",
             .false_positives = "A controller that serves a wildcard certificate for all hosts.",
             .see_also = "KD3101"}},
    check};

} // namespace kdiag::rules::network
