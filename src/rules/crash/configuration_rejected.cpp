// SPDX-License-Identifier: Apache-2.0
#include "rules/common/pod_references.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::missing_setting, LogSign::bad_configuration, LogSign::bad_flag})) {
        Finding finding = begin(context, crash);
        finding.confidence = Confidence::likely;
        finding.title = format("{} does not accept its configuration", crash.view.display());
        finding.cause = format("its log says: {}", crash.telling.line);
        for (const auto& name : configuration_of(*crash.view.pod, *crash.view.spec))
            finding.evidence.push_back({.type = EvidenceType::field, .text = "reads " + name, .path = crash.view.spec_path("env")});
        finding.remedies.push_back({.text = "correct the setting that the log names, in the ConfigMap, Secret, env or args it comes from", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_configuration_rejected{
    {.id = "KD1016", .name = "configuration-rejected", .title = "a program does not accept its configuration", .category = "config",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 30,
     .doc = {.meaning = "The program ends at its start because a setting is missing or has a value that it does not know.",
             .why_it_matters = "The container cannot start until the configuration is corrected.",
             .how_it_is_found = "The telling line of the last log speaks of a setting, a flag or a configuration file; the ConfigMaps and Secrets that the container reads are listed.",
             .what_to_do = "Compare the setting with the program's documentation.\nLook for the change: the ConfigMap or Secret may be newer than the last good start.\nRestart the pods after a change: variables are read at start.",
             .false_positives = "none known",
             .see_also = "KD1401 KD1402"}},
    check};

} // namespace kdiag::rules::crash
