// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/refusals.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

/// `pods: 1 more is asked for, 2 of 2 are used`.
std::string line_text(const QuotaLine& line) {
    return format("{}: {} more asked for, {} of {} used", line.resource, line.requested, line.used, line.limited);
}

void add_numbers(const RuleContext& context, const Refused& refused, Finding& finding) {
    const auto& why = refused.parsed;
    const auto* quota = context.facts.find<kube::ResourceQuota>(refused.controller.namespace_name, why.name);
    for (const auto& line : why.quota) {
        finding.evidence.push_back(derived_evidence(line_text(line), finding.shared));
        if (quota == nullptr || !kube::has_key(quota->status.hard, line.resource)) continue;
        const auto used = kube::value_of(quota->status.used, line.resource), hard = kube::value_of(quota->status.hard, line.resource);
        finding.evidence.push_back(field_evidence(format(".status.used[\"{}\"]", line.resource), std::string(used),
                                                  format("now {} of {} {} are used", used, hard, line.resource), kube::ref_of(*quota)));
    }
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& refused : find_refused(context, {Refusal::quota, Refusal::quota_wants_values})) {
        Finding finding = begin(refused);
        const auto& why = refused.parsed;
        const std::string& namespace_name = refused.controller.namespace_name;
        finding.shared = {.kind = "ResourceQuota", .namespace_name = namespace_name, .name = why.name};
        finding.title = format("quota `{}` does not allow the pods of {}", why.name, refused.top.display());
        if (why.refusal == Refusal::quota_wants_values) {
            finding.cause =
                format("quota `{}` counts what pods ask for, so every container has to say it: must specify {}", why.name, why.details);
            finding.remedies.push_back({.text = "give every container the requests and limits that are named",
                                        .command = edit_command(refused),
                                        .risk = Risk::disruptive});
        } else {
            std::vector<std::string> lines;
            for (const auto& line : why.quota) lines.push_back(line_text(line));
            finding.cause = format("quota `{}` is used up: {}", why.name, lines.empty() ? why.details : list_some(lines));
        }
        add_numbers(context, refused, finding);
        finding.remedies.push_back({.text = "ask for less, remove what is not needed, or raise the quota",
                                    .command = format("{} describe quota {}", kubectl_in(namespace_name), shell_quote(why.name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_replicas_blocked_by_quota{
    {.id = "KD2002",
     .name = "replicas-blocked-by-quota",
     .title = "a ResourceQuota does not allow the pods of a workload",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::error,
     .needs = {kube::Resource::replicasets},
     .uses = {kube::Resource::events, kube::Resource::deployments, kube::Resource::statefulsets, kube::Resource::daemonsets,
              kube::Resource::jobs, kube::Resource::resourcequotas},
     .precedence = 40,
     .doc =
         {.meaning =
              "A ResourceQuota of the namespace is used up, or wants values that the pods do not give, so pods of a workload are refused.",
          .why_it_matters = "The workload has fewer pods than it wants, and a rollout stops. No pod shows it, because there is none.",
          .how_it_is_found = "Creating pods fails with `exceeded quota` or `failed quota` (event FailedCreate, or condition "
                             "ReplicaFailure) and pods are still missing. The resource and the numbers are taken from the message and from "
                             "the quota. Several workloads under one quota are one finding.",
          .what_to_do =
              "Ask for less, or delete what is not needed.\nRaise the quota.\nDuring a rollout the extra pods of maxSurge need room too.",
          .see_also = "KD2001 KD2008"}},
    check};

} // namespace kdiag::rules::workload
