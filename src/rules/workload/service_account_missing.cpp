// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/near_names.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

std::vector<std::string> accounts_like(const RuleContext& context, const std::string& namespace_name, const std::string& name) {
    return near_names<kube::ServiceAccount>(context, namespace_name, name);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context, {Refusal::service_account_missing})) {
        const auto& why = refused.parsed;
        const std::string& namespace_name = refused.controller.namespace_name;
        if (context.facts.find<kube::ServiceAccount>(namespace_name, why.name) != nullptr) continue; // it has been made since
        const auto near = accounts_like(context, namespace_name, why.name);
        Finding finding = begin(refused);
        finding.shared = {.kind = "ServiceAccount", .namespace_name = namespace_name, .name = why.name};
        finding.title = format("service account `{}` of {} does not exist", why.name, refused.top.display());
        finding.cause = format("serviceAccountName is `{}`, and namespace {} has no ServiceAccount of that name (not found){}", why.name,
                               namespace_name, near.empty() ? std::string() : format("; there is `{}`", near.front()));
        finding.remedies.push_back({.text = near.empty() ? "create it, or correct serviceAccountName" : "create it, if the name is right",
                                    .command = format("{} create serviceaccount {}", kubectl_in(namespace_name), shell_quote(why.name)),
                                    .risk = Risk::change});
        if (!near.empty() && refused.top.kind != kube::CronJob::k_kind && refused.top.kind != kube::Job::k_kind)
            finding.remedies.push_back({.text = format("or use `{}`, if that is meant", near.front()),
                                        .command = format("{} set serviceaccount {} {}", kubectl_in(namespace_name),
                                                          kubectl_name(refused.top), shell_quote(near.front())),
                                        .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_service_account_missing{
    {.id = "KD6001",
     .name = "service-account-missing",
     .title = "the service account of a workload does not exist",
     .category = "access",
     .scenario = Scenario::other,
     .stage = Stage::object,
     .severity = Severity::error,
     .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::jobs, kube::Resource::serviceaccounts},
     .precedence = 40,
     .doc = {.meaning = "The pod template names a ServiceAccount that does not exist in the namespace.",
             .why_it_matters = "No pod of the workload can be made, and no pod shows why.",
             .how_it_is_found = "Creating pods fails with the message that the service account is not found, pods are still missing, and "
                                "the account has not been made since. Near names are given.",
             .what_to_do = "Create the ServiceAccount, with the roles that it needs.\nOr correct serviceAccountName.",
             .see_also = "KD2003 KD6002"}},
    check};

} // namespace kdiag::rules::workload
