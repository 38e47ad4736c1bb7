// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/rule.hpp"
#include "util/format.hpp"

namespace kdiag::rules::workload {

namespace {

bool tells_of_trouble(kube::Text reason) {
    return reason == "UnparseableSchedule" || reason == "InvalidSchedule" || reason == "UnsupportedSchedule" ||
           reason == "UnknownTimeZone" || reason == "TooManyMissedTimes" || reason == "MissSchedule" || reason == "FailedCreate" ||
           reason == "FailedNeedsStart";
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& cron : context.facts.all<kube::CronJob>()) {
        if (cron.spec.suspend || cron.meta.deleted) continue;
        const kube::Event* trouble = nullptr;
        for (const auto* event : context.facts.events_of(cron))
            if (tells_of_trouble(event->reason)) trouble = event;
        if (trouble == nullptr || (cron.status.last_schedule_time && cron.status.last_schedule_time > trouble->last_seen())) continue;
        Finding finding;
        finding.subject = kube::ref_of(cron);
        finding.first_seen = trouble->first_seen();
        finding.title = format("{} does not start its Jobs", finding.subject.display());
        finding.cause = std::string(trouble->message);
        finding.evidence.push_back({.type = EvidenceType::event,
                                    .text = std::string(trouble->message),
                                    .time = trouble->last_seen(),
                                    .first_time = trouble->first_seen(),
                                    .count = trouble->count()});
        finding.evidence.push_back(
            {.text = format("schedule {}{}", cron.spec.schedule,
                            cron.spec.time_zone.empty() ? std::string() : format(", time zone {}", cron.spec.time_zone)),
             .path = ".spec.schedule",
             .value = std::string(cron.spec.schedule)});
        finding.remedies.push_back({.text = "correct the schedule, or run it once by hand",
                                    .command = format("{} create job --from={} {}-manual", kubectl_in(cron.meta.namespace_name),
                                                      kubectl_name(finding.subject), shell_quote(cron.meta.name)),
                                    .risk = Risk::change});
        sink.add(std::move(finding));
    }
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
     .uses = {kube::Resource::events, kube::Resource::jobs},
     .precedence = 30,
     .doc = {.meaning = "A CronJob could not start a Job when it was due.",
             .why_it_matters = "Its work is not done, and nobody is told.",
             .how_it_is_found = "A recent event of the CronJob speaks of a schedule that cannot be read, an unknown time zone, missed "
                                "times, or a Job that could not be created, and no Job was started since.",
             .what_to_do = "Correct schedule and time zone.\nRaise startingDeadlineSeconds when the controller was away.",
             .false_positives = "none known",
             .see_also = "KD2004"}},
    check};

} // namespace kdiag::rules::workload
