// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : crashes_telling(context, {LogSign::port_in_use})) {
        Finding finding = begin(context, crash);
        finding.confidence = Confidence::likely;
        finding.title = format("{} ends because its port is already in use", crash.view.display());
        finding.cause = format("its log says: {}; the containers of a pod share one network", crash.telling.line);
        for (const auto& other : containers_of(*crash.view.pod))
            if (other.spec != crash.view.spec && other.status != nullptr && other.status->state.running)
                finding.evidence.push_back({.type = EvidenceType::derived, .text = format("{} runs in the same pod{}", other.display(), other.spec->ports.empty() ? std::string() : format(", port {}", other.spec->ports.front().container_port)), .path = other.spec_path("ports")});
        finding.remedies.push_back({.text = "give one of the containers of the pod another port", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_port_in_use{
    {.id = "KD1015", .name = "port-in-use", .title = "two processes of a pod want the same port", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::replicasets}, .precedence = 35,
     .doc = {.meaning = "The program wants to listen on a port that another process of the same pod already has.",
             .why_it_matters = "The containers of a pod share one network: only one of them can have a port.",
             .how_it_is_found = "The telling line of the last log says that the address is already in use; the other running containers of the pod are listed with their ports.",
             .what_to_do = "Give one of the containers another port.\nWith hostNetwork the ports of the node count too.",
             .false_positives = "none known",
             .see_also = "KD1209"}},
    check};

} // namespace kdiag::rules::crash
