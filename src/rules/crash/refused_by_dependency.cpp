// SPDX-License-Identifier: Apache-2.0
#include "rules/common/pod_references.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

std::string_view why(LogSign sign) {
    switch (sign) {
    case LogSign::authentication_failed: return "its credentials are not accepted";
    case LogSign::untrusted_certificate: return "it does not trust a certificate";
    default: return "its service account may not do what it does";
    }
}

std::string_view remedy(LogSign sign) {
    switch (sign) {
    case LogSign::authentication_failed: return "correct the user or password in the Secret that it reads";
    case LogSign::untrusted_certificate: return "give the program the certificate authority that signed it, or correct the name in the certificate";
    default: return "bind a role that allows it to the service account of the pod; see what it may do now";
    }
}

std::string question(const Crash& crash) {
    if (crash.telling.sign != LogSign::forbidden_by_rbac) return {};
    const auto& pod = *crash.view.pod;
    return format("{} auth can-i --list --as=system:serviceaccount:{}:{}", kubectl_in(pod.meta.namespace_name), pod.meta.namespace_name,
                  pod.spec.service_account_name.empty() ? "default" : pod.spec.service_account_name);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::authentication_failed, LogSign::untrusted_certificate, LogSign::forbidden_by_rbac})) {
        Finding finding = begin(context, crash);
        finding.confidence = Confidence::likely;
        finding.title = format("{} ends because {}", crash.view.display(), why(crash.telling.sign));
        finding.cause = format("its log says: {}", crash.telling.line);
        for (const auto& name : configuration_of(*crash.view.pod, *crash.view.spec))
            finding.evidence.push_back({.type = EvidenceType::field, .text = "reads " + name, .path = crash.view.spec_path("env")});
        finding.remedies.push_back({.text = std::string(remedy(crash.telling.sign)), .command = question(crash), .risk = question(crash).empty() ? Risk::change : Risk::read});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_refused_by_dependency{
    {.id = "KD1019", .name = "refused-by-dependency", .title = "a dependency refuses a program's credentials or certificate", .category = "access",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 30,
     .doc = {.meaning = "The program reaches what it needs, but its password, certificate or role is not accepted.",
             .why_it_matters = "It cannot work until it is let in.",
             .how_it_is_found = "The telling line of the last log speaks of authentication, of a certificate that is not trusted, or of a service account that lacks a role.",
             .what_to_do = "Compare the Secret with what the other side expects.\nMount the certificate authority.\nFor the Kubernetes API, bind a role to the service account.",
             .false_positives = "none known",
             .see_also = "KD6001"}},
    check};

} // namespace kdiag::rules::crash
