// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "facts/snapshot.hpp"
#include "report/render.hpp"
#include "rules/finding.hpp"

#include <string>
#include <utility>
#include <vector>

namespace kdiag::report {

/// A bar of the timeline: one reason, from its first to its last time.
struct TimelineEntry {
    Timestamp first, last;
    std::int64_t count = 1;
    std::string subject; ///< the container, or the kind of the object
    std::string text;
    bool warning = false;
};

/// A table inside the screen; the first row is its header. Lines under a row are indented notes.
struct DescribeTable {
    std::vector<std::vector<std::string>> rows;
};

/// One block of the screen: a title (may be empty), then lines or a table.
struct DescribeSection {
    std::string title;
    std::vector<std::string> lines;
    DescribeTable table;
    bool full_only = false; ///< only with --full
};

/// Everything that the screen of one object says; plain data.
struct DescribeView {
    kube::ObjectRef object;
    bool works = true;
    std::string verdict; ///< `Pod/web-1 is not serving`
    std::vector<std::pair<std::string, std::string>> problems; ///< title and rule id
    std::vector<std::pair<std::string, std::string>> facts;    ///< `Owner`, `Deployment/web -> ReplicaSet/web-1`
    std::vector<DescribeSection> sections;
    std::vector<TimelineEntry> timeline;
    bool with_timeline = true;
    std::vector<std::pair<std::string, std::string>> next; ///< command and what it is for
    Timestamp now;
};

struct DescribeInput {
    const facts::Snapshot& facts;
    const std::vector<rules::Finding>& findings; ///< all of the snapshot
    const data::Value& raw;                      ///< the object as the API has it
    Timestamp now;
};

/// Puts a view together; kinds with a screen of their own get it, all others a general one.
DescribeView make_describe_view(const kube::ObjectRef& object, const DescribeInput& input);
std::string render_describe(const DescribeView& view, const TextOptions& options, bool full);
/// One line: the verdict.
std::string render_verdict_line(const DescribeView& view, const TextOptions& options);
/// The `object` member of the JSON document.
data::Value describe_as_value(const DescribeView& view);

// The parts of kinds; each adds facts, sections and next commands, and may set the verdict.
void describe_pod(const kube::Pod& pod, const DescribeInput& input, DescribeView& view);
void describe_workload(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view);
void describe_service(const kube::Service& service, const DescribeInput& input, DescribeView& view);
void describe_node(const kube::Node& node, const DescribeInput& input, DescribeView& view);
void describe_claim(const kube::PersistentVolumeClaim& claim, const DescribeInput& input, DescribeView& view);
/// Labels, annotations and the rest of spec and status, for --full and for kinds without a screen.
void describe_raw(const DescribeInput& input, DescribeView& view, bool has_screen);
/// The newest events of an object and of what it owns, repeats folded.
std::vector<TimelineEntry> make_timeline(const kube::ObjectRef& object, const DescribeInput& input);

} // namespace kdiag::report
