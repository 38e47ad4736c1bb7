// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::read_only_filesystem})) {
        Finding finding = begin(context, crash);
        finding.confidence = Confidence::likely;
        finding.title = format("{} cannot write: its file system is read-only", crash.view.display());
        finding.cause = format("its log says: {}", crash.telling.line);
        if (crash.view.spec->security_context && crash.view.spec->security_context->read_only_root_filesystem.value_or(false))
            finding.evidence.push_back({.text = "readOnlyRootFilesystem is true", .path = crash.view.spec_path("securityContext.readOnlyRootFilesystem"), .value = "true"});
        finding.remedies.push_back({.text = "mount an emptyDir volume at the folder it writes to, or let it write to one that is there", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_read_only_filesystem{
    {.id = "KD1014", .name = "read-only-filesystem", .title = "a container writes where its file system is read-only", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 30,
     .doc = {.meaning = "The program writes to a path of a read-only file system and ends.",
             .why_it_matters = "The container cannot start until the path is writable.",
             .how_it_is_found = "The telling line of the last log says that the file system is read-only; readOnlyRootFilesystem of the container and read-only mounts are the usual reason.",
             .what_to_do = "Mount an emptyDir at the folder that is named.\nOr point the program to /tmp with an emptyDir there.",
             .false_positives = "none known",
             .see_also = "KD1017"}},
    check};

} // namespace kdiag::rules::crash
