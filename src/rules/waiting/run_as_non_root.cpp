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
        if (!(contains(message, "runAsNonRoot"))) continue;
        Finding finding = begin(context, waiting);
        finding.title = format("{} may not run as root, and its image does", view.display());
        finding.cause = format("runAsNonRoot is true, and the image `{}` {}", view.spec->image, contains(message, "non-numeric user") ? "names its user by a name, so it cannot be checked" : "runs as root; no runAsUser is set");
        finding.remedies.push_back({.text = "set runAsUser to the number of a user other than 0, or build the image with USER 1000", .command = format("{} edit {}", kubectl_in(view.pod->meta.namespace_name), kubectl_name(context.facts.top_owner(*view.pod))), .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_run_as_non_root{
    {.id = "KD1407", .name = "run-as-non-root", .title = "an image runs as root where that is forbidden", .category = "config", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 50,
     .doc = {.meaning = "The pod demands that no container runs as root, and the image's user is root, or is a name that cannot be checked.",
             .why_it_matters = "The container is never started.",
             .how_it_is_found = "The container waits in CreateContainerConfigError, and the kubelet names runAsNonRoot.",
             .what_to_do = "Set securityContext.runAsUser to a number other than 0.\nOr build the image with a numeric USER.",
             .false_positives = "none known",
             .see_also = "KD2003"}},
    check};

} // namespace kdiag::rules::waiting
