// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (crash.view.role != ContainerRole::init || crash.end == nullptr || crash.end->exit_code == 0) continue;
        Finding finding = begin(context, crash);
        finding.title = format("{} fails with {}, so the pod never starts", crash.view.display(), exit_words(*crash.end));
        if (!crash.telling.line.empty()) finding.cause = format("its log says: {}", crash.telling.line);
        finding.impact = "the containers of the pod wait for it";
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_init_container_failing{
    {.id = "KD1601", .name = "init-container-failing", .title = "an init container fails, so the pod never starts", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 12,
     .doc = {.meaning = "An init container ends with an error; the containers after it are not started before it succeeds.",
             .why_it_matters = "The pod never starts.",
             .how_it_is_found = "An init container ended with an exit code other than 0 and waits to be started again, or the pod has failed because of it.",
             .what_to_do = "Read the log of the init container.\nIf it prepares a database or waits for something, look at that first.",
             .false_positives = "none known",
             .see_also = "KD1001 KD1602"}},
    check};

} // namespace kdiag::rules::crash
