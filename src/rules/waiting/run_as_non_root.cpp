// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/waiting/template_patch.hpp"
#include "rules/waiting/waiting_containers.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// The kubelet's wordings: the image's user is root, is a name, or the pod itself asks for root.
bool is_about_root(std::string_view message) {
    return contains(message, "runAsNonRoot") || contains(message, "breaks non-root policy") || contains(message, "break non-root policy");
}

std::string why(const ContainerView& view, std::string_view message) {
    if (contains(message, "break non-root policy") || contains(message, "breaks non-root policy"))
        return "runAsNonRoot is true, and runAsUser of the pod or container is 0, which is root";
    const auto user = between(message, "non-numeric user (", ")");
    if (contains(message, "non-numeric user"))
        return format("runAsNonRoot is true, and the image `{}` names its user{}, so the kubelet cannot tell whether it is root",
                      view.spec->image, user.empty() ? std::string() : format(" (`{}`)", user));
    return format("runAsNonRoot is true, and the image `{}` runs as root; no runAsUser is set", view.spec->image);
}

/// Where runAsNonRoot is set: the container's own setting wins.
void add_setting(const ContainerView& view, Finding& finding) {
    if (view.spec->security_context && view.spec->security_context->run_as_non_root)
        finding.evidence.push_back(
            field_evidence(view.spec_path("securityContext.runAsNonRoot"), "true", "runAsNonRoot of the container is true"));
    else if (view.pod->spec.security_context && view.pod->spec.security_context->run_as_non_root)
        finding.evidence.push_back(field_evidence(".spec.securityContext.runAsNonRoot", "true", "runAsNonRoot of the pod is true"));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& waiting : waiting_containers(context)) {
        if (!is_about_root(waiting.message)) continue;
        const auto& view = waiting.view;
        Finding finding = begin(context, waiting);
        const bool named = contains(waiting.message, "non-numeric user");
        finding.title = named ? format("{} may not run as root, and its image names its user instead of numbering it", view.display())
                              : format("{} may not run as root, and {}", view.display(),
                                       contains(waiting.message, "policy") ? "its runAsUser is 0" : "its image does");
        finding.cause = why(view, waiting.message);
        add_setting(view, finding);
        finding.remedies.push_back({.text = "set securityContext.runAsUser to the number of a user other than 0, such as 1000",
                                    .command = edit_template(context, *view.pod),
                                    .risk = Risk::disruptive});
        finding.remedies.push_back({.text = "or build the image with a numeric user (USER 1000)", .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_run_as_non_root{
    {.id = "KD1407",
     .name = "run-as-non-root",
     .title = "an image runs as root where that is forbidden",
     .category = "config",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 50,
     .doc = {.meaning = "The pod demands that no container runs as root, and the user is root, or is a name that cannot be checked.",
             .why_it_matters = "The container is never started.",
             .how_it_is_found =
                 "The container waits in CreateContainerConfigError, and the kubelet says one of three things: the image will run as "
                 "root, it has a non-numeric user, or runAsUser breaks the non-root policy.",
             .what_to_do = "Set securityContext.runAsUser to a number other than 0.\nOr build the image with a numeric USER.",
             .false_positives = "none known",
             .see_also = "KD2003"}},
    check};

} // namespace kdiag::rules::waiting
