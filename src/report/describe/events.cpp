// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"

#include "report/describe/event_words.hpp"
#include "report/redact.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <map>

namespace kdiag::report {

namespace {

constexpr std::size_t k_most_entries = 12;

using Entries = std::map<std::string, TimelineEntry>;

/// Repeats of one thing are one bar.
void add_event(const kube::Event& event, const std::string& subject, const EventWords& words, Entries& entries) {
    std::string text = words.text;
    redact_credentials(text);
    auto& entry = entries[subject + '\0' + words.key];
    if (entry.text.empty()) entry = {.first = event.first_seen(), .last = event.last_seen(), .count = 0, .subject = subject, .text = text};
    entry.first = std::min(entry.first, event.first_seen());
    if (event.last_seen() >= entry.last) {
        entry.last = event.last_seen();
        entry.text = std::move(text);
    }
    entry.count += event.count();
    entry.warning = entry.warning || event.type == "Warning";
}

void add_events_of(const kube::ObjectRef& object, const DescribeInput& input, Entries& entries) {
    const auto events = input.facts.events_of(object.kind, object.namespace_name, object.name, object.uid);
    for (const auto* event : events) {
        const auto container = between(event->involved.field_path, "{", "}");
        const auto words = words_of(*event, events);
        if (!words.text.empty()) add_event(*event, container.empty() ? object.kind : std::string(container), words, entries);
    }
}

/// What the Deployment did to the ReplicaSet of a pod belongs to the pod's story.
void add_scaling_of_owner(const kube::ObjectRef& object, const DescribeInput& input, Entries& entries) {
    const auto* pod = input.facts.find<kube::Pod>(object.namespace_name, object.name);
    const auto* owner = pod != nullptr ? pod->meta.controller() : nullptr;
    if (owner == nullptr || owner->kind != kube::ReplicaSet::k_kind) return;
    const auto top = input.facts.top_owner(*pod);
    const auto events = input.facts.events_of(top.kind, top.namespace_name, top.name, top.uid);
    for (const auto* event : events)
        if (event->reason == "ScalingReplicaSet" && contains(event->message, owner->name)) add_event(*event, top.kind, words_of(*event, events), entries);
}

void add_events_below(const kube::ObjectRef& object, const DescribeInput& input, Entries& entries) {
    for (const auto* set : input.facts.replica_sets_owned_by(object)) add_events_of(kube::ref_of(*set), input, entries);
    for (const auto* job : input.facts.jobs_owned_by(object)) add_events_of(kube::ref_of(*job), input, entries);
    for (const auto* pod : input.facts.pods_of_workload(object)) add_events_of(kube::ref_of(*pod), input, entries);
}

/// The oldest go first, and what is normal before what is not.
void keep_most_telling(std::vector<TimelineEntry>& timeline, std::size_t& left_out) {
    while (timeline.size() > k_most_entries) {
        auto least = std::find_if(timeline.begin(), timeline.end(), [](const auto& entry) { return !entry.warning; });
        timeline.erase(least == timeline.end() ? timeline.begin() : least);
        ++left_out;
    }
}

std::string meaning_of_none(const DescribeInput& input) {
    if (input.facts.knows<kube::Event>()) return input.recording.empty() ? "no events in the last 1h (older ones are not kept)" : "no events in the recording";
    for (const auto& gap : input.facts.gaps())
        if (gap.resource == kube::Resource::events) return format("events are unknown: {}", gap.detail);
    return input.recording.empty() ? "events were not read" : "the recording holds no events";
}

/// As `kubectl describe` has them: the object's own, whole, newest last.
void add_table(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    DescribeSection section{.title = "Events", .table = {.rows = {{"LAST", "FIRST", "COUNT", "TYPE", "REASON", "FROM", "MESSAGE"}}, .prose = true}, .full_only = true};
    for (const auto* event : input.facts.events_of(object.kind, object.namespace_name, object.name, object.uid)) {
        std::string message(trim(event->message));
        redact_credentials(message);
        section.table.rows.push_back({to_age(input.now - event->last_seen()), to_age(input.now - event->first_seen()), std::to_string(event->count()), std::string(event->type),
                                      std::string(event->reason), std::string(event->component()), std::move(message)});
    }
    view.add(std::move(section));
}

} // namespace

void add_events(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    Entries entries;
    add_events_of(object, input, entries);
    if (object.kind == kube::Pod::k_kind) add_scaling_of_owner(object, input, entries);
    else if (object.kind != kube::Node::k_kind) add_events_below(object, input, entries);
    for (auto& [key, entry] : entries) view.timeline.push_back(std::move(entry));
    std::stable_sort(view.timeline.begin(), view.timeline.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    keep_most_telling(view.timeline, view.timeline_left_out);
    if (view.timeline.empty()) view.no_events = meaning_of_none(input);
    add_table(object, input, view);
}

} // namespace kdiag::report
