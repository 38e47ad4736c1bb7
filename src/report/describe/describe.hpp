// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "facts/snapshot.hpp"
#include "report/render.hpp"
#include "rules/engine.hpp"

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

/// A line with an optional label; the labels of a section are aligned, and text is wrapped under itself.
struct DescribeLine {
    std::string label, text;
};

/// A table inside the screen; the first row is its header.
struct DescribeTable {
    std::vector<std::vector<std::string>> rows;
    bool prose = false; ///< the last column is sentences: wrapped, never cut
    bool has_rows() const { return rows.size() > 1; }
};

/// One block of the screen: a title (may be empty), a table, lines.
struct DescribeSection {
    std::string title = {};
    DescribeTable table = {};
    std::vector<DescribeLine> lines = {};
    bool nested = false;    ///< notes on a row of the table above: no blank line, the title beside the lines
    bool full_only = false; ///< only with --full
    bool brief_only = false; ///< --full says the same in more words
};

/// Everything that the screen of one object says; plain data.
struct DescribeView {
    kube::ObjectRef object;
    Verdict state = Verdict::healthy;
    std::string verdict; ///< `Pod/web-1 is not serving`
    std::vector<std::pair<std::string, std::string>> problems; ///< title and rule id; no id: read from the object alone
    std::vector<std::pair<std::string, std::string>> facts;    ///< `Owner`, `Deployment/web -> ReplicaSet/web-1`
    std::vector<DescribeSection> sections;
    std::vector<TimelineEntry> timeline;
    std::size_t timeline_left_out = 0;
    std::string no_events; ///< what an empty timeline means
    bool with_timeline = true;
    std::vector<std::pair<std::string, std::string>> next; ///< command and what it is for
    std::vector<std::string> unseen;                       ///< what could not be read: `cannot list secrets`
    Timestamp now;

    /// Adds a fact unless it says nothing.
    void fact(std::string label, std::string text);
    /// Adds a section unless it says nothing.
    void add(DescribeSection section);
};

struct DescribeInput {
    const facts::Snapshot& facts;
    const rules::Outcome& outcome; ///< of the whole snapshot
    const data::Value& raw;        ///< the object as the API has it; an empty object when it was not read
    Timestamp now;
    std::string recording = {};    ///< the path of `--from`; empty: a live cluster
    std::vector<data::Value> beside = {}; ///< objects that only this screen asks for: the Lease of a Node, the LimitRanges of a Namespace
};

/// Whether the verdict of the object needs nothing but the snapshot.
bool is_told_by_snapshot(const kube::ObjectRef& object);
/// Whether a finding names the object: as its subject, owner, shared object, or among the affected.
bool is_about(const rules::Finding& finding, const kube::ObjectRef& object);
/// Puts a view together; kinds with a screen of their own get it, all others a general one.
DescribeView make_describe_view(const kube::ObjectRef& object, const DescribeInput& input);
/// The screen, without the line that says where.
std::string render_describe(const DescribeView& view, const TextOptions& options, bool full);
/// The verdict and the problems.
std::string render_verdict_line(const DescribeView& view, const TextOptions& options);
/// The `object` member of the JSON document.
data::Value describe_as_value(const DescribeView& view);

} // namespace kdiag::report
