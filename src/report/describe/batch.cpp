// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"
#include "report/describe/workload.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

constexpr std::size_t k_most_jobs = 6;

const kube::Condition* true_condition(const kube::Job& job, kube::Text type) {
    const auto* condition = kube::find_condition(job.status.conditions, type);
    return condition != nullptr && condition->status == "True" ? condition : nullptr;
}

std::string job_state(const kube::Job& job) {
    if (const auto* failed = true_condition(job, "Failed")) return format("failed: {}", failed->reason);
    if (job.status.completion_time || true_condition(job, "Complete") != nullptr) return "done";
    return job.spec.suspend ? "suspended" : format("running, {} active", job.status.active);
}

std::string ago(Timestamp time, Timestamp now) {
    return time ? format("{} ago", to_age(now - time)) : "<none>";
}

} // namespace

bool describe_job(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::Job>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    const auto& spec = found->spec;
    const auto& status = found->status;
    const bool failed = true_condition(*found, "Failed") != nullptr, done = job_state(*found) == "done";
    view.verdict = failed ? format("{} has {}", object.display(), job_state(*found)) : done ? format("{} has done its work", object.display()) : format("{} is {}", object.display(), job_state(*found));
    if (failed) view.state = Verdict::failing;
    view.fact("Owner", owner_chain(found->meta, kube::Job::k_kind, input.facts));
    view.fact("Pods", format("{} active, {} succeeded, {} failed", status.active, status.succeeded, status.failed));
    std::string limits = format("{}, {} at once, backoffLimit {}", counted(static_cast<std::size_t>(std::max<std::int64_t>(spec.completions.value_or(1), 0)), "completion"), spec.parallelism.value_or(1), spec.backoff_limit.value_or(6));
    if (spec.active_deadline_seconds) limits += format(", deadline {}", to_age(Duration::seconds(*spec.active_deadline_seconds)));
    view.fact("Wants", std::move(limits));
    if (status.start_time)
        view.fact("Started", ago(status.start_time, input.now) + (status.completion_time ? format(", took {}", to_age(status.completion_time - status.start_time)) : ""));
    add_template(object, spec.pod_template, input.raw.at("spec", "template"), input, view);
    add_pods(object, input, view);
    return true;
}

bool describe_cron_job(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* found = input.facts.find<kube::CronJob>(object.namespace_name, object.name);
    if (found == nullptr) return false;
    auto jobs = input.facts.jobs_owned_by(object);
    std::stable_sort(jobs.begin(), jobs.end(), [](const auto* a, const auto* b) { return a->meta.created > b->meta.created; });
    view.verdict = format("{} {}", object.display(), found->spec.suspend ? "is suspended" : "runs on schedule");
    if (!jobs.empty() && true_condition(*jobs.front(), "Failed") != nullptr) {
        view.state = Verdict::failing;
        view.verdict = format("the last run of {} has failed", object.display());
    }
    view.fact("Schedule", format("{}{}", found->spec.schedule, found->spec.time_zone.empty() ? ", in the time zone of the controller" : format(" ({})", found->spec.time_zone)));
    view.fact("Overlap", format("concurrencyPolicy {}{}", found->spec.concurrency_policy, found->spec.starting_deadline_seconds ? format(", may start {}s late", *found->spec.starting_deadline_seconds) : ""));
    view.fact("Last run", ago(found->status.last_schedule_time, input.now));
    view.fact("Last success", ago(found->status.last_successful_time, input.now));
    DescribeSection table{.table = {.rows = {{"JOB", "STATE", "SUCCEEDED", "FAILED", "AGE"}}}};
    for (std::size_t i = 0; i < jobs.size() && i < k_most_jobs; ++i)
        table.table.rows.push_back({std::string(jobs[i]->meta.name), job_state(*jobs[i]), std::to_string(jobs[i]->status.succeeded), std::to_string(jobs[i]->status.failed), to_age(input.now - jobs[i]->meta.created)});
    add_template(object, found->spec.job_template.spec.pod_template, input.raw.at("spec", "jobTemplate", "spec").at("template"), input, view);
    view.add(std::move(table));
    return true;
}

} // namespace kdiag::report
