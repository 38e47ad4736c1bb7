// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/config_errors.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// Missing ConfigMaps, Secrets and keys, and runAsNonRoot, have rules of their own.
bool is_explained_elsewhere(std::string_view message) {
    return contains(message, "runAsNonRoot") || contains(message, "not found") || contains(message, "couldn't find key") || contains(message, "failed to sync");
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& waiting : waiting_containers(context)) {
        const auto message = std::string_view(waiting.message);
        const auto& view = waiting.view;
        if (!(view.waiting_reason() == "CreateContainerConfigError" && !message.empty() && !is_explained_elsewhere(message))) continue;
        Finding finding = begin(context, waiting);
        finding.title = format("{} cannot be configured", view.display());
        finding.cause = format("the kubelet says: {}", message);
        finding.remedies.push_back({.text = "correct what the kubelet names", .command = format("{} edit {}", kubectl_in(view.pod->meta.namespace_name), kubectl_name(context.facts.top_owner(*view.pod))), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_container_config_error{
    {.id = "KD1408", .name = "container-config-error", .title = "the configuration of a container cannot be put together", .category = "config", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 10,
     .doc = {.meaning = "The kubelet cannot put together the configuration of a container.",
             .why_it_matters = "The container is never started.",
             .how_it_is_found = "The container waits in CreateContainerConfigError with a message that fits no other rule.",
             .what_to_do = "Read the message; it names the field.",
             .false_positives = "none known",
             .see_also = "KD1401 KD1407"}},
    check};

} // namespace kdiag::rules::waiting
