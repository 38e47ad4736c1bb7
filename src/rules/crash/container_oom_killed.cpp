// SPDX-License-Identifier: Apache-2.0
#include "kube/quantity.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

std::string limit_of(const Crash& crash) {
    return std::string(kube::value_of(crash.view.spec->resources.limits, "memory"));
}

/// Twice the limit, as a starting point.
std::string more_than(const std::string& limit) {
    const auto now = kube::parse_quantity(limit);
    return now ? kube::show_bytes(*now * 2) : std::string("512Mi");
}

bool was_killed_for_memory(const Crash& crash) {
    return crash.end != nullptr && crash.end->reason == "OOMKilled";
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (!was_killed_for_memory(crash)) continue;
        Finding finding = begin(context, crash);
        const std::string limit = limit_of(crash), request(kube::value_of(crash.view.spec->resources.requests, "memory"));
        finding.title = crash.recovered ? format("{} ran out of memory and was killed {} ago", crash.view.display(), to_age(context.age(crash.end->finished_at)))
                        : crash.view.status->restart_count == 0 ? format("{} ran out of memory and was killed", crash.view.display())
                                                                : format("{} runs out of memory and is killed, over and over", crash.view.display());
        if (!limit.empty()) {
            finding.cause = format("it needs more than its memory limit of {} (OOMKilled, exit code {})", limit, crash.end->exit_code);
            finding.evidence.push_back({.text = format("memory limit {}{}", limit, request.empty() ? "" : ", request " + request), .path = crash.view.spec_path("resources.limits.memory"), .value = limit});
        } else {
            finding.cause = format("the kernel killed it for memory (OOMKilled), and it has no limit of its own: the node `{}`, or the limit of the pod, ran out", crash.view.pod->spec.node_name);
            finding.confidence = Confidence::likely;
        }
        const auto top = context.facts.top_owner(*crash.view.pod);
        if (!limit.empty() && top.kind != kube::Pod::k_kind && crash.view.role == ContainerRole::app)
            finding.remedies.push_back({.text = "raise the limit above what it needs, or lower what it uses (heap, workers, caches)",
                                        .command = format("{} set resources {} -c {} --limits=memory={}", kubectl_in(top.namespace_name), kubectl_name(top), shell_quote(crash.view.spec->name), more_than(limit)),
                                        .risk = Risk::disruptive});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_container_oom_killed{
    {.id = "KD1003", .name = "container-oom-killed", .title = "a container is killed because it exceeds its memory limit", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 60,
     .doc = {.meaning = "A container was ended by the kernel because it went over its memory limit.",
             .why_it_matters = "The container restarts, requests in flight are lost, and after a few rounds Kubernetes waits up to five minutes between starts.",
             .how_it_is_found = "The last instance ended with the reason OOMKilled within the hour, or the container is in CrashLoopBackOff after it. Exit code 137 alone is not enough: probes and evictions end containers with it too.",
             .what_to_do = "Compare the limit with what the process is told to use (heap, workers).\nRaise the limit, or lower the use; keep the request close to the limit.\nIf use grows without end, it is a leak.",
             .false_positives = "none known",
             .see_also = "KD1004 KD5003"}},
    check};

} // namespace kdiag::rules::crash
