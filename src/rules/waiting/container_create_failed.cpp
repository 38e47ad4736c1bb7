// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/config_errors.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& waiting : waiting_containers(context)) {
        const auto message = std::string_view(waiting.message);
        const auto& view = waiting.view;
        if (!((view.waiting_reason() == "CreateContainerError" || view.waiting_reason() == "RunContainerError") && !contains(message, "executable file not found") && !contains(message, "no such file or directory") && !contains(message, "permission denied"))) continue;
        Finding finding = begin(context, waiting);
        finding.title = format("{} cannot be created by the runtime", view.display());
        finding.cause = format("the runtime says: {}", message);
        finding.remedies.push_back({.text = "correct what the runtime names", .command = format("{} edit {}", kubectl_in(view.pod->meta.namespace_name), kubectl_name(context.facts.top_owner(*view.pod))), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_container_create_failed{
    {.id = "KD1803", .name = "container-create-failed", .title = "the runtime cannot create a container", .category = "config", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 9,
     .doc = {.meaning = "The container runtime cannot create or start the container.",
             .why_it_matters = "The container does not run.",
             .how_it_is_found = "The container waits in CreateContainerError or RunContainerError with a message that fits no other rule.",
             .what_to_do = "Read the message of the runtime.\nA container of the same name that is still there goes away with the pod.",
             .false_positives = "none known",
             .see_also = "KD1006 KD1409"}},
    check};

} // namespace kdiag::rules::waiting
