// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/rule.hpp"
#include "rules/workload/cron_schedule.hpp"
#include "util/format.hpp"

#include <algorithm>

namespace kdiag::rules::workload {

namespace {

/// The controller looks at schedules every ten seconds, and a busy one is a little late.
constexpr Duration k_lateness = Duration::minutes(5);

bool tells_of_trouble(kube::Text reason) {
    return reason == "UnparseableSchedule" || reason == "UnParseableCronJobSchedule" || reason == "InvalidSchedule" ||
           reason == "UnsupportedSchedule" || reason == "UnknownTimeZone" || reason == "TooManyMissedTimes" || reason == "MissSchedule" ||
           reason == "FailedCreate" || reason == "JobAlreadyActive" || reason == "FailedNeedsStart";
}

/// The newest event about a run that was not started, unless a run has started since.
const kube::Event* newest_trouble(const RuleContext& context, const kube::CronJob& cron) {
    const kube::Event* trouble = nullptr;
    for (const auto* event : context.facts.events_of(cron))
        if (tells_of_trouble(event->reason)) trouble = event;
    if (trouble == nullptr || (cron.status.last_schedule_time && cron.status.last_schedule_time > trouble->last_seen())) return nullptr;
    return trouble;
}

/// Two runs that were due and did not start. One may be late, and a controller in another time zone moves the days.
std::optional<Timestamp> second_missed(const RuleContext& context, const kube::CronJob& cron, const CronSchedule& schedule) {
    const Timestamp since = cron.status.last_schedule_time ? cron.status.last_schedule_time : cron.meta.created;
    if (!since) return std::nullopt;
    const auto first = schedule.next_after(since);
    const auto second = first ? schedule.next_after(*first) : std::nullopt;
    if (!second || *second + k_lateness >= context.now) return std::nullopt;
    return second;
}

/// A Job that runs on, while the policy Forbid lets no other start.
const kube::Job* blocking_job(const RuleContext& context, const kube::CronJob& cron) {
    if (cron.spec.concurrency_policy != "Forbid") return nullptr;
    for (const auto* job : context.facts.jobs_owned_by(kube::ref_of(cron)))
        if (job->status.active > 0 && !job->status.completion_time) return job;
    return nullptr;
}

Finding finding_of(const kube::CronJob& cron) {
    Finding finding;
    finding.subject = kube::ref_of(cron);
    finding.severity = Severity::warning;
    finding.title = format("{} does not start its Jobs", finding.subject.display());
    const std::string zone = cron.spec.time_zone.empty() ? std::string() : format(", time zone {}", cron.spec.time_zone);
    finding.evidence.push_back(
        field_evidence(".spec.schedule", std::string(cron.spec.schedule), format("schedule {}{}", cron.spec.schedule, zone)));
    if (cron.status.last_schedule_time)
        finding.evidence.push_back(field_evidence(".status.lastScheduleTime", to_rfc3339(cron.status.last_schedule_time),
                                                  format("last started {}", to_rfc3339(cron.status.last_schedule_time))));
    finding.impact = "its work is not done";
    return finding;
}

void add_help(const kube::CronJob& cron, Finding& finding) {
    finding.remedies.push_back({.text = "run it once by hand",
                                .command = format("{} create job --from={} {}", kubectl_in(cron.meta.namespace_name),
                                                  kubectl_name(finding.subject), shell_quote(format("{}-manual", cron.meta.name))),
                                .risk = Risk::change});
    finding.remedies.push_back(
        {.text = "see its events and settings",
         .command = format("{} describe cronjob {}", kubectl_in(cron.meta.namespace_name), shell_quote(cron.meta.name))});
}

void blame_job(const kube::CronJob& cron, const kube::Job& job, const facts::Snapshot& facts, Finding& finding) {
    const auto ref = kube::ref_of(job);
    finding.cause = format("{} still runs, and concurrencyPolicy Forbid lets no other start", ref.display());
    finding.evidence.push_back(
        field_evidence(".status.active", std::to_string(job.status.active), format("{} is active", ref.display()), ref));
    finding.explained_by.push_back(ref);
    for (const auto* pod : facts.pods_owned_by(ref)) finding.explained_by.push_back(kube::ref_of(*pod));
    finding.remedies.push_back({.text = "see why the Job does not end; activeDeadlineSeconds ends it in time",
                                .command = format("{} describe job {}", kubectl_in(cron.meta.namespace_name), shell_quote(job.meta.name))});
}

void look_at(const RuleContext& context, const kube::CronJob& cron, FindingSink& sink) {
    const auto schedule = CronSchedule::parse(cron.spec.schedule);
    const auto* trouble = newest_trouble(context, cron);
    const auto missed = schedule ? second_missed(context, cron, *schedule) : std::nullopt;
    const bool never = schedule && !schedule->next_after(context.now);
    if (trouble == nullptr && !missed && !never) return;
    Finding finding = finding_of(cron);
    if (trouble != nullptr) {
        finding.first_seen = trouble->first_seen();
        finding.evidence.push_back(event_evidence(*trouble));
    } else if (missed) {
        finding.first_seen = *missed;
        finding.confidence = Confidence::likely;
        finding.evidence.push_back(derived_evidence(format("a run was due {} and did not start", to_rfc3339(*missed))));
    }
    const auto* job = blocking_job(context, cron);
    if (trouble != nullptr && trouble->reason == "JobAlreadyActive" && job == nullptr) return; // a long run under Forbid is meant so
    if (job != nullptr && !missed) return;
    if (job != nullptr)
        blame_job(cron, *job, context.facts, finding);
    else if (never)
        finding.cause = format("the schedule `{}` names a day that never comes", cron.spec.schedule);
    else if (trouble != nullptr)
        finding.cause = std::string(trouble->message);
    else
        finding.cause = "probably the controller for CronJobs was away, or its clock is off";
    add_help(cron, finding);
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& cron : context.facts.all<kube::CronJob>())
        if (!cron.spec.suspend && !cron.meta.deleted) look_at(context, cron, sink);
}

} // namespace

extern const Rule k_cronjob_missed{
    {.id = "KD2007",
     .name = "cronjob-missed",
     .title = "a CronJob does not start its Jobs",
     .category = "workload",
     .scenario = Scenario::other,
     .stage = Stage::workload,
     .severity = Severity::warning,
     .needs = {kube::Resource::cronjobs},
     .uses = {kube::Resource::events, kube::Resource::jobs, kube::Resource::pods},
     .precedence = 30,
     .doc =
         {.meaning = "A CronJob did not start a Job when one was due.",
          .why_it_matters = "Its work is not done, and nobody is told.",
          .how_it_is_found =
              "An event of the CronJob speaks of a schedule that cannot be read, an unknown time zone, missed times, or a Job that "
              "could not be created, and no Job was started since. Or the schedule, read here, was due twice since the last start. "
              "A run that holds up the next ones under concurrencyPolicy Forbid is named. A suspended CronJob is left alone.",
          .what_to_do =
              "Correct schedule and time zone.\nRaise startingDeadlineSeconds when the controller was away; below 10 seconds it may never "
              "start a Job.\nGive Jobs an activeDeadlineSeconds.",
          .false_positives = "A cluster that was switched off for a while.",
          .see_also = "KD2004"}},
    check};

} // namespace kdiag::rules::workload
