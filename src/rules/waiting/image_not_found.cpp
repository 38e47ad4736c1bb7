// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context)) {
        if (pull.problem != ImageProblem::not_found) continue;
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        finding.title = format("{} cannot pull its image: `{}` is not found", pull.view.display(), image);
        finding.cause = format("the registry {} has no such repository or tag", registry_of(image));
        add_set_image(context, pull, finding, "correct the repository or tag, or push the image");
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_image_not_found{
    {.id = "KD1101", .name = "image-not-found", .title = "an image or its tag does not exist in the registry", .category = "image", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 40,
     .doc = {.meaning = "The registry answers that it has no such image: the repository or the tag does not exist.",
             .why_it_matters = "The container cannot start; a rollout stops there while old pods go on.",
             .how_it_is_found = "The container waits in ErrImagePull or ImagePullBackOff, and the registry's answer (in the status since Kubernetes 1.32, before that in the event) says not found.",
             .what_to_do = "Compare the tag with those in the registry.\nCheck that the pipeline has pushed it.\nGo back to the last image that worked.",
             .false_positives = "Registries that answer `not found` for images one may not see.",
             .see_also = "KD1102 KD1105"}},
    check};

} // namespace kdiag::rules::waiting
