// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

constexpr std::int64_t k_many = 3;

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (!crash.recovered || crash.end == nullptr || crash.view.status->restart_count < k_many) continue;
        Finding finding = begin(context, crash);
        finding.title = format("{} runs, but was restarted {} times, last {} ago", crash.view.display(), crash.view.status->restart_count, to_age(context.age(crash.end->finished_at)));
        if (!crash.telling.line.empty()) finding.cause = format("its last log says: {}", crash.telling.line);
        finding.first_seen = crash.end->finished_at;
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_frequent_restarts{
    {.id = "KD1002", .name = "frequent-restarts", .title = "a container runs, but was restarted repeatedly within the hour", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::warning, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 8,
     .doc = {.meaning = "The container runs and is ready, but it has ended at least three times, the last time within the hour.",
             .why_it_matters = "Requests in flight are lost at each restart, and the reason has not gone away by itself.",
             .how_it_is_found = "restartCount is 3 or more, and the last instance ended less than an hour ago.",
             .what_to_do = "Read the log of the last instance that ended.\nLook at memory use and probes at that time.",
             .false_positives = "Restarts during a change that has ended since.",
             .see_also = "KD1001 KD1003"}},
    check};

} // namespace kdiag::rules::crash
