// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::disk_full, LogSign::too_many_files})) {
        Finding finding = begin(context, crash);
        const bool files = crash.telling.sign == LogSign::too_many_files;
        finding.confidence = Confidence::likely;
        finding.title = format("{} ends because it runs out of {}", crash.view.display(), files ? "file handles or watches" : "disk space");
        finding.cause = format("its log says: {}", crash.telling.line);
        finding.remedies.push_back({.text = files ? "raise the limit of open files or of inotify watches on the node (fs.inotify.max_user_instances), or find what leaks them"
                                               : "free or enlarge the volume that is full, or keep less in it", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_out_of_disk{
    {.id = "KD1018", .name = "out-of-disk-or-files", .title = "a program runs out of disk space or file handles", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 30,
     .doc = {.meaning = "The program ends because a volume is full or the number of open files is used up.",
             .why_it_matters = "It cannot go on until there is room.",
             .how_it_is_found = "The telling line of the last log names the missing resource.",
             .what_to_do = "Look at the size of the claim or the sizeLimit of the emptyDir.\nRaise inotify and file limits on the node.",
             .false_positives = "none known",
             .see_also = "KD5002"}},
    check};

} // namespace kdiag::rules::crash
