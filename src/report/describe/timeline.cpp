// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "report/redact.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>
#include <map>

namespace kdiag::report {

namespace {

constexpr std::size_t k_most_entries = 12;

void add_events(const kube::ObjectRef& object, const DescribeInput& input, std::map<std::string, TimelineEntry>& entries) {
    for (const auto* event : input.facts.events_of(object.kind, object.namespace_name, object.name, object.uid)) {
        const auto container = between(event->involved.field_path, "{", "}");
        const std::string subject = container.empty() ? object.kind : std::string(container);
        std::string text = format("{}: {}", event->reason, trim(event->message));
        redact_credentials(text);
        auto& entry = entries[subject + '\0' + std::string(event->reason)]; // repeats of a reason are one bar
        if (entry.text.empty()) entry = {.first = event->first_seen(), .last = event->last_seen(), .count = 0, .subject = subject, .text = text};
        entry.first = std::min(entry.first, event->first_seen());
        if (event->last_seen() >= entry.last) {
            entry.last = event->last_seen();
            entry.text = std::move(text);
        }
        entry.count += event->count();
        entry.warning = entry.warning || event->type == "Warning";
    }
}

} // namespace

std::vector<TimelineEntry> make_timeline(const kube::ObjectRef& object, const DescribeInput& input) {
    std::map<std::string, TimelineEntry> entries;
    add_events(object, input, entries);
    for (const auto* set : input.facts.replica_sets_owned_by(object)) add_events(kube::ref_of(*set), input, entries);
    if (object.kind != kube::Pod::k_kind && object.kind != kube::Node::k_kind)
        for (const auto* pod : input.facts.pods_of_workload(object)) add_events(kube::ref_of(*pod), input, entries);
    std::vector<TimelineEntry> timeline;
    for (auto& [key, entry] : entries) timeline.push_back(std::move(entry));
    std::stable_sort(timeline.begin(), timeline.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
    if (timeline.size() > k_most_entries) timeline.erase(timeline.begin(), timeline.end() - static_cast<std::ptrdiff_t>(k_most_entries));
    return timeline;
}

} // namespace kdiag::report
