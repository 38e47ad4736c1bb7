// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::permission_denied, LogSign::privileged_port})) {
        Finding finding = begin(context, crash);
        finding.confidence = Confidence::likely;
        finding.title = crash.telling.sign == LogSign::privileged_port ? format("{} may not listen on the port it wants", crash.view.display()) : format("{} ends because it lacks a permission", crash.view.display());
        finding.cause = format("its log says: {}", crash.telling.line);
        if (crash.view.spec->security_context && crash.view.spec->security_context->run_as_user)
            finding.evidence.push_back({.text = format("runAsUser is {}", *crash.view.spec->security_context->run_as_user), .path = crash.view.spec_path("securityContext.runAsUser")});
        finding.remedies.push_back({.text = crash.telling.sign == LogSign::privileged_port ? "let it listen on a port above 1023 and map the Service to it; lower ones need root or the capability NET_BIND_SERVICE"
                                                                                             : "give its user access: fsGroup for volumes, runAsUser as the image expects", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_permission_denied{
    {.id = "KD1017", .name = "permission-denied", .title = "a program may not read or write a path", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 25,
     .doc = {.meaning = "The program may not read, write or open something and ends.",
             .why_it_matters = "The container cannot work as the user it runs as.",
             .how_it_is_found = "The telling line of the last log says permission denied; the user that the pod sets is shown.",
             .what_to_do = "Set securityContext.fsGroup so that volumes are writable.\nMatch runAsUser with the owner of the files in the image.\nUse a port of 1024 or above.",
             .false_positives = "none known",
             .see_also = "KD1014 KD1407"}},
    check};

} // namespace kdiag::rules::crash
