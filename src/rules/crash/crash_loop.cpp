// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (crash.recovered || crash.end == nullptr || crash.end->exit_code == 0) continue;
        Finding finding = begin(context, crash);
        finding.title = format("{} ends with {} at every start", crash.view.display(), exit_words(*crash.end));
        if (crash.view.status->restart_count == 0) finding.title = format("{} has ended with {}", crash.view.display(), exit_words(*crash.end));
        if (const auto message = crash.start_message(); !message.empty()) {
            finding.title = format("{} cannot be started by the runtime", crash.view.display());
            finding.cause = format("the runtime says: {}", message);
        } else if (!crash.telling.line.empty()) {
            finding.cause = format("its log says: {}", crash.telling.line);
        }
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_crash_loop{
    {.id = "KD1001", .name = "container-crash-loop", .title = "a container ends with an error again and again", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 10,
     .doc = {.meaning = "The program in a container starts, ends with an error, and is started again with growing pauses.",
             .why_it_matters = "The container serves nothing, and after a few rounds Kubernetes waits up to five minutes between starts.",
             .how_it_is_found = "The container waits in CrashLoopBackOff, or its last instance ended with an exit code other than 0 a short time ago. The telling line of its last log is quoted. Ends that have a more specific rule (out of memory, a missing command, a probe that kills it) are reported by that rule instead.",
             .what_to_do = "Read the log of the crash.\nCompare the configuration with the last revision that worked.\nIf the log is empty, run the image by hand with the same command.",
             .false_positives = "A program that is meant to end belongs in a Job.",
             .see_also = "KD1003 KD1006 KD1009 KD1010"}},
    check};

} // namespace kdiag::rules::crash
