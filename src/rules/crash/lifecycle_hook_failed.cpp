// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::crash {

namespace {

const kube::Event* hook_failure(const RuleContext& context, const ContainerView& view, std::string_view reason) {
    const kube::Event* found = nullptr;
    for (const auto* event : context.facts.events_of(*view.pod))
        if (event->reason == reason && concerns(*event, view)) found = event;
    return found;
}

/// The message without what the kubelet and the runtime wrap around it.
std::string what_failed(std::string_view message) {
    if (const auto at = message.find("desc = "); at != std::string_view::npos) message.remove_prefix(at + 7);
    if (message.starts_with("PostStartHook failed")) message.remove_prefix(std::min(message.find_first_not_of(": ", 20), message.size()));
    while (message.ends_with(' ') || message.ends_with(':')) message.remove_suffix(1);
    return message.empty() ? std::string("the kubelet does not say more than that the hook failed") : std::string(message);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        if (crash.recovered || !crash.view.spec->lifecycle || !crash.view.spec->lifecycle->post_start) continue;
        const auto* event = hook_failure(context, crash.view, "FailedPostStartHook");
        const bool waits = crash.view.waiting_reason() == "PostStartHookError";
        if (event == nullptr && !waits) continue;
        Finding finding = begin(context, crash);
        finding.title = format("{} is killed because its postStart hook fails", crash.view.display());
        finding.cause = what_failed(event != nullptr ? event->message : crash.view.waiting_message());
        const auto& hook = *crash.view.spec->lifecycle->post_start;
        if (hook.exec) finding.evidence.push_back({.text = format("postStart runs {}", join(hook.exec->command, " ")), .path = crash.view.spec_path("lifecycle.postStart.exec.command")});
        if (event != nullptr)
            finding.evidence.push_back({.type = EvidenceType::event, .text = std::string(event->message), .time = event->last_seen(), .first_time = event->first_seen(), .count = event->count()});
        finding.remedies.push_back({.text = "correct the hook: it runs beside the start of the program, so nothing of it may be there yet", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_lifecycle_hook_failed{
    {.id = "KD1012", .name = "lifecycle-hook-failed", .title = "a postStart hook fails and the container is killed for it", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::logs, kube::Resource::replicasets}, .precedence = 55,
     .doc = {.meaning = "The postStart hook of a container fails, and the kubelet kills the container because of it.",
             .why_it_matters = "The container restarts for ever although its program may work.",
             .how_it_is_found = "The container crashes, it has a postStart hook, and an event FailedPostStartHook or the waiting reason PostStartHookError stands beside it.",
             .what_to_do = "Run the hook's command by hand in the container.\nMake it wait for the program, or move the work into the program or an init container.",
             .false_positives = "none known",
             .see_also = "KD1001"}},
    check};

} // namespace kdiag::rules::crash
