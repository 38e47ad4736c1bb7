// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/pod_report.hpp"

#include "rules/common/workload_health.hpp"
#include "rules/scheduling/fit_table.hpp"
#include "rules/scheduling/node_filters.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::rules::scheduling {

namespace {

/// The reasons without what the scheduler says about preemption; the value of the evidence has all of it.
std::string_view reasons_in(std::string_view text) {
    text = text.substr(0, text.find(" preemption: "));
    for (const std::string_view lead : {" no new claims to deallocate,", " still not schedulable,"})
        if (text.ends_with(lead)) text.remove_suffix(lead.size());
    return text;
}

Evidence said(const SchedulerWord& word, const kube::Pod& pod) {
    if (word.condition)
        return {.type = EvidenceType::field,
                .text = format("scheduler: {}", reasons_in(word.text)),
                .path = ".status.conditions[?(@.type==\"PodScheduled\")].message",
                .value = std::string(word.text),
                .time = word.condition->changed};
    return {.type = EvidenceType::event,
            .text = format("FailedScheduling: {}", reasons_in(word.text)),
            .object = kube::ref_of(pod),
            .value = std::string(word.text),
            .time = word.event->last_seen(),
            .first_time = word.event->first_seen(),
            .count = word.event->count()};
}

} // namespace

Evidence field(std::string path, std::string value, std::string text) {
    return {.type = EvidenceType::field, .text = std::move(text), .path = std::move(path), .value = std::move(value)};
}

Finding begin_finding(const RuleContext& context, const Unscheduled& waiting) {
    Finding finding{.subject = kube::ref_of(*waiting.pod)};
    finding.severity = severity_of_lost_pod(context.facts, *waiting.pod);
    finding.confidence = waiting.young ? Confidence::likely : Confidence::certain;
    finding.first_seen = waiting.pod->meta.created;
    finding.last_seen = waiting.word.event ? waiting.word.event->last_seen() : Timestamp{};
    finding.evidence.push_back(said(waiting.word, *waiting.pod));
    for (const auto& fit : waiting.analysis->fits) {
        const bool only_ill = !fit.obstacles.empty() && std::all_of(fit.obstacles.begin(), fit.obstacles.end(), [](const Obstacle& o) {
            return o.constraint == Constraint::node_condition;
        });
        if (only_ill) finding.explained_by.push_back(kube::ref_of(*fit.room->node));
    }
    return finding;
}

void add_table(const RuleContext& context, const Unscheduled& waiting, Finding& finding) {
    if (!waiting.analysis->fits.empty()) {
        finding.evidence.push_back({.type = EvidenceType::derived, .text = format("needs {}", needs_line(*waiting.pod)), .path = ".spec"});
        for (const auto& line : waiting.analysis->table)
            finding.evidence.push_back({.type = EvidenceType::derived, .text = line, .table_row = true});
    }
    if (const auto* refused = context.facts.last_event(*waiting.pod, "NotTriggerScaleUp"))
        finding.evidence.push_back({.type = EvidenceType::event,
                                    .text = format("autoscaler: {}", refused->message),
                                    .value = std::string(refused->message),
                                    .time = refused->last_seen(),
                                    .first_time = refused->first_seen(),
                                    .count = refused->count()});
}

std::string nodes_phrase(const Unscheduled& waiting) {
    const auto& nodes = waiting.analysis->decision.nodes;
    const std::size_t all = waiting.analysis->fits.size();
    if (nodes.size() == 1) return format("{} `{}`", all == 1 ? "the only node" : "node", nodes.front()->room->node->meta.name);
    if (nodes.empty()) {
        const auto total = waiting.said.nodes_total;
        if (!total) return "the nodes";
        std::int64_t refusing = 0;
        for (const auto& refusal : waiting.said.refusals)
            if (refusal.constraint ==
                waiting.analysis->decision.constraint) { // a node can lack several resources, but is counted under one taint
                const std::int64_t count = refusal.nodes.value_or(*total);
                refusing = refusal.constraint == Constraint::taint ? refusing + count : std::max(refusing, count);
            }
        return *total == 1                         ? "the only node"
               : refusing > 0 && refusing < *total ? format("{} of {} nodes", refusing, *total)
                                                   : format("the {} nodes", *total);
    }
    return nodes.size() == all ? format("all {} nodes", all) : format("the {} of {} nodes that come into question", nodes.size(), all);
}

std::string near_misses(const Unscheduled& waiting) {
    std::vector<std::string> misses;
    const auto& decided = waiting.analysis->decision.nodes; // in the order of the fits
    auto next = decided.begin();
    for (const auto& fit : waiting.analysis->fits) {
        if (next != decided.end() && *next == &fit)
            ++next;
        else if (fit.obstacles.size() == 1 && !is_control_plane(*fit.room->node))
            misses.push_back(format("`{}` ({})", fit.room->node->meta.name, fit.obstacles.front().what));
    }
    if (misses.empty()) return {};
    return format("; one thing alone speaks against {}", list_some(misses, 2));
}

} // namespace kdiag::rules::scheduling
