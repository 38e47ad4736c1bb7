// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/runtime_error.hpp"
#include "rules/waiting/template_patch.hpp"
#include "rules/waiting/waiting_containers.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void add_help(const RuleContext& context, const ContainerView& view, const RuntimeError& error, bool told_nothing, Finding& finding) {
    const auto node = view.pod->spec.node_name;
    const auto limit = kube::value_of(view.spec->resources.limits, "memory");
    if (error.field == "resources.limits.memory" && !limit.empty()) {
        finding.evidence.push_back(field_evidence(view.spec_path(error.field), std::string(limit), format("memory limit {}", limit)));
        finding.remedies.push_back({.text = error.help,
                                    .command = set_in_template(context, *view.pod, view.spec_path(error.field), "\"64Mi\""),
                                    .risk = Risk::disruptive});
        return;
    }
    if (error.of_node && !node.empty()) {
        finding.explained_by.push_back({.kind = "Node", .name = std::string(node)});
        if (!error.help.empty())
            finding.remedies.push_back({.text = error.help, .command = format("kubectl describe node {}", shell_quote(node))});
        return;
    }
    if (told_nothing) {
        finding.remedies.push_back(
            {.text = error.help,
             .command = format("{} delete pod {}", kubectl_in(view.pod->meta.namespace_name), shell_quote(view.pod->meta.name)),
             .risk = Risk::disruptive});
        return;
    }
    finding.remedies.push_back({.text = error.help.empty() ? std::string("correct what the runtime names") : error.help,
                                .command = edit_template(context, *view.pod),
                                .risk = Risk::disruptive});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& waiting : waiting_containers(context)) {
        if (waiting.is_config_error()) continue;
        const auto& view = waiting.view;
        const auto error = read_runtime_error(view, waiting.message);
        Finding finding = begin(context, waiting);
        finding.title = format("{} {}", view.display(), error.title);
        finding.cause = error.cause;
        add_help(context, view, error, waiting.message.empty(), finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_container_create_failed{
    {.id = "KD1803",
     .name = "container-create-failed",
     .title = "the runtime cannot create a container",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::daemonsets, kube::Resource::cronjobs},
     .precedence = 15,
     .doc = {.meaning = "The container runtime cannot create or start the container.",
             .why_it_matters = "The container does not run.",
             .how_it_is_found =
                 "The container waits in CreateContainerError or RunContainerError, or has never come to run (StartError, "
                 "ContainerCannotRun). The words of the runtime are read, from the status or, where it has none, from the event: a "
                 "security profile or a device that the node lacks, a memory limit that is too small, an image without a command, a user "
                 "that there is not, a runtime that hangs. Commands and mounts that fail have rules of their own.",
             .what_to_do = "Read the message of the runtime.\nA container of the same name that is still there goes away with the pod.",
             .false_positives = "A single time-out of a busy node.",
             .see_also = "KD1006 KD1409"}},
    check};

} // namespace kdiag::rules::waiting
