// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context)) {
        if (refused.parsed.refusal != Refusal::quota) continue;
        Finding finding = begin(context, refused);
        const auto& why = refused.parsed;
        const std::string namespace_name = refused.controller.namespace_name;
        finding.shared = {.kind = "ResourceQuota", .namespace_name = namespace_name, .name = why.name};
        finding.title = format("quota `{}` does not allow the pods of {}", why.name, refused.top.display());
        finding.cause = contains(refused.message, "failed quota") ? format("quota `{}` limits what a namespace may use, so every container has to say what it needs: {}", why.name, why.details)
                                                                  : format("quota `{}` is used up: requested {}", why.name, why.details);
        if (const auto* quota = context.facts.find<kube::ResourceQuota>(namespace_name, why.name); quota != nullptr)
            for (const auto& [resource, hard] : quota->status.hard)
                if (contains(why.details, resource))
                    finding.evidence.push_back({.text = format("{}: {} of {} used", resource, kube::value_of(quota->status.used, resource), hard), .object = kube::ref_of(*quota), .path = format(".status.used[\"{}\"]", resource), .value = std::string(kube::value_of(quota->status.used, resource))});
        finding.remedies.push_back({.text = "ask for less, remove what is not needed, or raise the quota", .command = format("{} describe quota {}", kubectl_in(namespace_name), shell_quote(why.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_replicas_blocked_by_quota{
    {.id = "KD2002", .name = "replicas-blocked-by-quota", .title = "a ResourceQuota does not allow more pods", .category = "workload", .scenario = Scenario::other, .stage = Stage::infrastructure,
     .severity = Severity::error, .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs, kube::Resource::resourcequotas, kube::Resource::serviceaccounts, kube::Resource::services, kube::Resource::runtimeclasses}, .precedence = 40,
     .doc = {.meaning = "A ResourceQuota of the namespace is used up, so pods of a workload are refused.",
             .why_it_matters = "The workload has fewer pods than it wants, and a rollout stops.",
             .how_it_is_found = "Creating pods fails with the message exceeded quota (event FailedCreate, or condition ReplicaFailure); the numbers of the quota are shown. Several workloads under one quota are one finding.",
             .what_to_do = "Ask for less, or delete what is not needed.\nRaise the quota.\nDuring a rollout maxSurge needs room too.",
             .false_positives = "none known",
             .see_also = "KD2001"}},
    check};

} // namespace kdiag::rules::workload
