// SPDX-License-Identifier: Apache-2.0
#include "rules/crash/crashes.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::crash {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& crash : find_crashes(context)) {
        const auto message = crash.start_message();
        if (crash.recovered || (!contains(message, "exec format error") && crash.telling.sign != LogSign::exec_format)) continue;
        Finding finding = begin(context, crash);
        const auto* node = context.facts.find<kube::Node>({}, crash.view.pod->spec.node_name);
        finding.title = format("{} cannot start: its program is for another processor or no program", crash.view.display());
        finding.cause = node != nullptr ? format("exec format error: the image `{}` is probably not built for {}, the architecture of node `{}`", crash.view.spec->image, node->status.node_info.architecture, node->meta.name)
                                        : format("exec format error: the image `{}` is probably built for another architecture than the node's", crash.view.spec->image);
        finding.confidence = Confidence::likely;
        if (node != nullptr)
            finding.evidence.push_back({.text = format("node {} is {}", node->meta.name, node->status.node_info.architecture), .object = kube::ref_of(*node), .path = ".status.nodeInfo.architecture",
                                        .value = std::string(node->status.node_info.architecture)});
        finding.remedies.push_back({.text = "build the image for this architecture (docker buildx build --platform), or select nodes of the image's; a script needs a first line such as #!/bin/sh", .risk = Risk::change});
        add_usual_help(context, crash, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_exec_format_error{
    {.id = "KD1008", .name = "exec-format-error", .title = "the program of a container is for another processor", .category = "container",
     .scenario = Scenario::crash_loop, .stage = Stage::container, .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::logs, kube::Resource::events, kube::Resource::nodes, kube::Resource::replicasets}, .precedence = 60,
     .doc = {.meaning = "The kernel of the node cannot execute the program of the container.",
             .why_it_matters = "The container cannot start on nodes of this architecture.",
             .how_it_is_found = "The runtime or the log says exec format error. The usual reason is an image that was built for another architecture; a script without an interpreter line gives the same error.",
             .what_to_do = "Build and push the image for all architectures of the cluster.\nOr select nodes with kubernetes.io/arch.\nGive scripts an interpreter line.",
             .false_positives = "none known",
             .see_also = "KD1006 KD1104"}},
    check};

} // namespace kdiag::rules::crash
