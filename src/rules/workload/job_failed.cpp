// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/workload/shortage.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::workload {

namespace {

std::string cause_of(const kube::Job& job, const kube::Condition& failed) {
    if (failed.reason == "BackoffLimitExceeded")
        return format("its pods failed {}, and backoffLimit {} allows no more",
                      counted(static_cast<std::size_t>(std::max<std::int64_t>(job.status.failed, 0)), "time"),
                      job.spec.backoff_limit.value_or(6));
    if (failed.reason == "DeadlineExceeded")
        return format("it was active longer than activeDeadlineSeconds {} allows", job.spec.active_deadline_seconds.value_or(0));
    return failed.message.empty() ? std::string(failed.reason) : std::string(failed.message);
}

/// How the containers of the Job's pods ended, and what they said last.
void add_ends(const RuleContext& context, const kube::ObjectRef& job, Finding& finding) {
    for (const auto* pod : context.facts.pods_owned_by(job)) {
        finding.explained_by.push_back(kube::ref_of(*pod));
        if (finding.evidence.size() > 3) continue; // one pod is enough to show it
        for (const auto& view : containers_of(*pod)) {
            const auto* end = view.last_end();
            if (end == nullptr || end->exit_code == 0) continue;
            finding.evidence.push_back(field_evidence(view.status_path("state.terminated.exitCode"), std::to_string(end->exit_code),
                                                      format("{} of {} ended with {}", view.display(), pod->meta.name, exit_words(*end)),
                                                      kube::ref_of(*pod)));
            const auto* log = context.facts.log_of(*pod, view.spec->name);
            if (log == nullptr || trim(log->text).empty()) continue;
            finding.evidence.push_back(
                {.type = EvidenceType::log, .text = std::string(trim(split(trim(log->text), '\n').back())), .object = kube::ref_of(*pod)});
        }
    }
}

void report(const RuleContext& context, const kube::Job& job, const kube::Condition& failed, FindingSink& sink) {
    Finding finding;
    finding.subject = kube::ref_of(job);
    const auto top = context.facts.top_owner(job.meta, kube::Job::k_kind);
    if (top.key() != finding.subject.key()) finding.owner = top;
    finding.first_seen = failed.changed;
    finding.title = failed.reason == "DeadlineExceeded" ? format("{} has not ended within its deadline", finding.subject.display())
                                                        : format("{} has failed for good", finding.subject.display());
    finding.cause = cause_of(job, failed);
    finding.evidence.push_back(condition_evidence(failed));
    finding.evidence.push_back(field_evidence(
        ".status.failed", std::to_string(job.status.failed),
        format("{} failed, {} succeeded, backoffLimit {}", job.status.failed, job.status.succeeded, job.spec.backoff_limit.value_or(6))));
    add_ends(context, finding.subject, finding);
    finding.explained_by.push_back(finding.subject);
    finding.impact = "its work is not done, and it is not tried again";
    if (!context.facts.pods_owned_by(finding.subject).empty())
        finding.remedies.push_back({.text = "read the log of its pods",
                                    .command = kdiag_on("logs", kubectl_name(finding.subject), "--tail 100", job.meta.namespace_name)});
    finding.remedies.push_back({.text = "correct the cause, then make the Job again: a failed Job does not start anew",
                                .command = format("{} describe job {}", kubectl_in(job.meta.namespace_name), shell_quote(job.meta.name))});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& job : context.facts.all<kube::Job>()) {
        const auto* failed = kube::find_condition(job.status.conditions, "Failed");
        if (failed != nullptr && failed->status == "True" && !job.meta.deleted && !is_superseded(context, job))
            report(context, job, *failed, sink);
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
     .uses = {kube::Resource::pods, kube::Resource::logs},
     .precedence = 30,
     .doc = {.meaning = "A Job has used up its retries or its time, or a rule of its podFailurePolicy has ended it.",
             .why_it_matters = "Its work is not done, and it will not be tried again.",
             .how_it_is_found =
                 "The condition Failed of the Job is True; its reason tells backoffLimit, activeDeadlineSeconds and podFailurePolicy "
                 "apart. How its pods ended is reported by its own rule and shown as the cause, as long as the pods are there. A failed "
                 "Job of a CronJob is left alone once a later one has succeeded.",
             .what_to_do =
                 "Read the log of its last pod; with restartPolicy Never the pods are kept.\nCorrect the cause and create the Job again.",
             .see_also = "KD1001 KD2007"}},
    check};

} // namespace kdiag::rules::workload
