// SPDX-License-Identifier: Apache-2.0
#include "rules/common/named_service.hpp"
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::name_unresolved, LogSign::connection_refused})) {
        Finding finding = begin(context, crash);
        finding.confidence = Confidence::likely;
        finding.title = format("{} ends because {} does not {}", crash.view.display(), host_in(crash.telling.line).empty() ? "something it needs" : "`" + host_in(crash.telling.line) + "`",
                               crash.telling.sign == LogSign::name_unresolved ? "resolve" : "answer");
        finding.cause = format("its log says: {}", crash.telling.line);
        if (const auto* service = service_of(context, *crash.view.pod, host_in(crash.telling.line)); service != nullptr) { // services of the cluster
            finding.explained_by.push_back(kube::ref_of(*service));
            finding.evidence.push_back({.type = EvidenceType::derived, .text = format("the host is {}", kube::ref_of(*service).display()), .object = kube::ref_of(*service)});
        }
        finding.remedies.push_back({.text = "make the dependency reachable, or let the program retry instead of ending", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_dependency_unreachable{
    {.id = "KD1013", .name = "dependency-unreachable", .title = "a container ends because something it needs does not answer", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets, kube::Resource::services}, .precedence = 30,
     .doc = {.meaning = "The program ends because a host that it needs does not resolve or refuses the connection.",
             .why_it_matters = "The container cannot work before its dependency does.",
             .how_it_is_found = "The telling line of the last log is a failed connection or name resolution; the host is compared with the Services of the cluster, and a finding about that Service is shown as the cause.",
             .what_to_do = "Check that the Service exists and has endpoints.\nCheck host and port in the configuration.\nLet the program retry: the order of starts is never guaranteed.",
             .false_positives = "none known",
             .see_also = "KD3001 KD1602"}},
    check};

} // namespace kdiag::rules::crash
