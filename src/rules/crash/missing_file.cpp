// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::missing_file, LogSign::missing_module, LogSign::missing_library})) {
        Finding finding = begin(context, crash);
        finding.confidence = Confidence::likely;
        finding.title = format("{} ends because {} is missing", crash.view.display(),
                               crash.telling.sign == LogSign::missing_library  ? "a library of its program"
                               : crash.telling.sign == LogSign::missing_module ? "a module of its program"
                                                                               : "a file it needs");
        finding.cause = format("its log says: {}", crash.telling.line);
        finding.remedies.push_back({.text = crash.telling.sign == LogSign::missing_file ? "mount the volume or key that holds the file, or correct the path it is looked for"
                                                                                        : "build the image with it, or go back to an image that has it", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_missing_file{
    {.id = "KD1020", .name = "program-incomplete", .title = "a program misses a file, module or library", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 22,
     .doc = {.meaning = "The program looks for a file, a module or a library that is not there.",
             .why_it_matters = "It cannot start until the image or the volumes contain it.",
             .how_it_is_found = "The telling line of the last log names what is missing.",
             .what_to_do = "Compare the image tag with the one that worked.\nCheck mountPath and the keys of mounted ConfigMaps: a mount hides what the image has there.",
             .false_positives = "none known",
             .see_also = "KD1006 KD1406"}},
    check};

} // namespace kdiag::rules::crash
