// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::crash {

namespace {

/// A shell or supervisor that reports a child's SIGKILL, while the container itself was not marked.
bool tells_of_killed_child(const Crash& crash) {
    if (crash.end == nullptr || crash.end->reason == "OOMKilled" || crash.end->exit_code == 0) return false;
    if (kube::value_of(crash.view.spec->resources.limits, "memory").empty()) return false;
    return crash.telling.sign == LogSign::out_of_memory || (crash.end->exit_code == 137 && crash.log != nullptr && contains(crash.log->text, "Killed"));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (crash.recovered || !tells_of_killed_child(crash) || !killed_by_probe(context, crash).empty()) continue;
        Finding finding = begin(context, crash);
        const auto limit = kube::value_of(crash.view.spec->resources.limits, "memory");
        finding.confidence = Confidence::likely;
        finding.title = format("{} runs out of memory inside its limit of {}", crash.view.display(), limit);
        finding.cause = crash.telling.sign == LogSign::out_of_memory ? format("the program could not get more memory: {}", crash.telling.line)
                                                                     : "probably a child process was killed for memory: its log says `Killed`, and the container has a memory limit";
        finding.evidence.push_back({.text = format("memory limit {}", limit), .path = crash.view.spec_path("resources.limits.memory"), .value = std::string(limit)});
        finding.remedies.push_back({.text = "raise the memory limit, or give the program less to use (heap, workers)", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_child_oom_killed{
    {.id = "KD1004", .name = "container-child-oom-killed", .title = "a program runs out of memory without the container being marked OOMKilled", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 35,
     .doc = {.meaning = "The program reports that it got no more memory, or that a child process of it was killed, and the container has a memory limit.",
             .why_it_matters = "The status of the container does not mention memory, so the restart looks like any other.",
             .how_it_is_found = "The log speaks of memory (OutOfMemoryError, cannot allocate memory), or says Killed beside exit code 137, no probe killed the container, and it has a memory limit.",
             .what_to_do = "Raise the limit or lower what the program is told to use.\nFor a JVM set -XX:MaxRAMPercentage instead of -Xmx.",
             .false_positives = "A program that limits its own memory below the container's limit.",
             .see_also = "KD1003"}},
    check};

} // namespace kdiag::rules::crash
