// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context)) {
        if (refused.parsed.refusal != Refusal::service_account_missing) continue;
        Finding finding = begin(context, refused);
        const auto& why = refused.parsed;
        const std::string namespace_name = refused.controller.namespace_name;
        std::vector<std::string> names;
        for (const auto& account : context.facts.all<kube::ServiceAccount>())
            if (account.meta.namespace_name == namespace_name) names.emplace_back(account.meta.name);
        const auto near = nearest(why.name, names, 2);
        if (context.facts.find<kube::ServiceAccount>(namespace_name, why.name) != nullptr) continue; // it has been made since
        finding.shared = {.kind = "ServiceAccount", .namespace_name = namespace_name, .name = why.name};
        finding.title = format("service account `{}` of {} does not exist", why.name, refused.top.display());
        finding.cause = near.empty() ? format("there is no ServiceAccount `{}` in namespace {} (not found)", why.name, namespace_name) : format("there is no ServiceAccount `{}` in namespace {}; there is {}", why.name, namespace_name, list_some(near));
        finding.remedies.push_back({.text = "create it, or correct serviceAccountName", .command = format("{} create serviceaccount {}", kubectl_in(namespace_name), shell_quote(why.name)), .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_service_account_missing{
    {.id = "KD6001", .name = "service-account-missing", .title = "the service account of a workload does not exist", .category = "access", .scenario = Scenario::other, .stage = Stage::object,
     .severity = Severity::error, .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs, kube::Resource::resourcequotas, kube::Resource::serviceaccounts, kube::Resource::services, kube::Resource::runtimeclasses}, .precedence = 40,
     .doc = {.meaning = "The pod template names a ServiceAccount that does not exist.",
             .why_it_matters = "No pod of the workload can be made.",
             .how_it_is_found = "Creating pods fails with the message error looking up service account; near names of the namespace are given.",
             .what_to_do = "Create the ServiceAccount, in the workload's namespace.\nOr correct serviceAccountName.",
             .false_positives = "none known",
             .see_also = "KD2003"}},
    check};

} // namespace kdiag::rules::workload
