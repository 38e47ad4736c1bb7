// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& job : context.facts.all<kube::Job>()) {
        const auto* failed = kube::find_condition(job.status.conditions, "Failed");
        if (failed == nullptr || failed->status != "True" || job.meta.deleted || is_superseded(context, job)) continue;
        Finding finding;
        finding.subject = kube::ref_of(job);
        const auto top = context.facts.top_owner(job.meta, kube::Job::k_kind);
        if (top.key() != finding.subject.key()) finding.owner = top;
        finding.first_seen = failed->changed;
        finding.title = failed->reason == "DeadlineExceeded" ? format("{} has not ended within its deadline", finding.subject.display())
                                                             : format("{} has failed for good", finding.subject.display());
        if (failed->reason == "BackoffLimitExceeded")
            finding.cause = format("its pods failed {} times, and backoffLimit {} allows no more retries", job.status.failed,
                                   job.spec.backoff_limit.value_or(6));
        else if (failed->reason == "DeadlineExceeded")
            finding.cause = format("activeDeadlineSeconds is {}", job.spec.active_deadline_seconds.value_or(0));
        else
            finding.cause = std::string(failed->message);
        finding.evidence.push_back({.text = format("{}: {}", failed->reason, failed->message),
                                    .path = ".status.conditions[?(@.type==\"Failed\")]",
                                    .value = std::string(failed->reason),
                                    .time = failed->changed});
        finding.evidence.push_back({.text = format("{} failed, {} succeeded, backoffLimit {}", job.status.failed, job.status.succeeded,
                                                   job.spec.backoff_limit.value_or(6)),
                                    .path = ".status.failed",
                                    .value = std::to_string(job.status.failed)});
        for (const auto* pod : context.facts.pods_owned_by(finding.subject)) finding.explained_by.push_back(kube::ref_of(*pod));
        finding.remedies.push_back(
            {.text = "read the log of its last pod, correct the cause, and make the Job again: a failed Job does not start anew",
             .command = format("{} logs {}", kubectl_in(job.meta.namespace_name), kubectl_name(finding.subject))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_job_failed{
    {.id = "KD2004",
     .name = "job-failed",
     .title = "a Job has failed for good",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::workload,
     .severity = Severity::error,
     .needs = {kube::Resource::jobs},
     .uses = {kube::Resource::pods, kube::Resource::events, kube::Resource::logs},
     .precedence = 30,
     .doc = {.meaning = "A Job has used up its retries or its time.",
             .why_it_matters = "Its work is not done, and it will not be tried again.",
             .how_it_is_found = "The condition Failed of the Job is True. The exit code and log of its pod are reported by their own rule "
                                "and shown as the cause. A failed Job of a CronJob is not reported once a later one has succeeded.",
             .what_to_do = "Read the log of its last pod.\nCorrect the cause and create the Job again.",
             .false_positives = "none known",
             .see_also = "KD1001 KD2007"}},
    check};

} // namespace kdiag::rules::workload
