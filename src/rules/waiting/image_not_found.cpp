// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

/// An image that the same container had before, or has in pods that are ready.
struct WorkingImage {
    std::string image;
    kube::ObjectRef where;
    bool runs = false;
};

const kube::Container* container_named(const kube::PodSpec& spec, kube::Text name) {
    for (const auto* list : {&spec.init_containers, &spec.containers})
        for (const auto& container : *list)
            if (container.name == name) return &container;
    return nullptr;
}

WorkingImage working_image(const RuleContext& context, const ContainerView& view) {
    const auto top = context.facts.top_owner(*view.pod);
    for (const auto* pod : context.facts.pods_of_workload(top)) {
        const auto* container = is_ready(*pod) ? container_named(pod->spec, view.spec->name) : nullptr;
        if (container != nullptr && container->image != view.spec->image) return {std::string(container->image), kube::ref_of(*pod), true};
    }
    const kube::ReplicaSet* newest = nullptr;
    for (const auto* set : context.facts.replica_sets_owned_by(top)) {
        const auto* container = container_named(set->spec.pod_template.spec, view.spec->name);
        if (container == nullptr || container->image == view.spec->image) continue;
        if (newest == nullptr || set->meta.created > newest->meta.created) newest = set;
    }
    if (newest == nullptr) return {};
    return {std::string(container_named(newest->spec.pod_template.spec, view.spec->name)->image), kube::ref_of(*newest), false};
}

/// Another container whose image was pulled from the same repository: then only the tag can be wrong.
const kube::Pod* other_tag_in_use(const RuleContext& context, const ContainerView& view) {
    const auto repository = repository_of(view.spec->image);
    for (const auto& pod : context.facts.all<kube::Pod>())
        for (const auto& other : containers_of(pod))
            if (other.status != nullptr && other.status->state.running && other.spec->image != view.spec->image &&
                repository_of(other.spec->image) == repository)
                return &pod;
    return nullptr;
}

std::string missing_words(const RuleContext& context, const Pull& pull) {
    const auto image = pull.view.spec->image;
    const auto registry = registry_of(image), version = version_of(image);
    auto repository = repository_of(image);
    if (repository.starts_with(registry + "/")) repository.erase(0, registry.size() + 1);
    const std::string what = version.starts_with("sha256:") ? format("digest {}", version) : format("tag `{}`", version);
    if (pull.error.problem == ImageProblem::repository_not_found)
        return format("the registry {} has no repository `{}`", registry, repository);
    if (pull.error.problem == ImageProblem::tag_not_found || other_tag_in_use(context, pull.view) != nullptr)
        return format("the registry {} has no {} of the repository `{}`", registry, what, repository);
    return format("the registry {} has no repository `{}`, or it has no {}", registry, repository, what);
}

void add_way_back(const RuleContext& context, const Pull& pull, Finding& finding) {
    const auto working = working_image(context, pull.view);
    if (working.image.empty()) return;
    const auto top = context.facts.top_owner(*pull.view.pod);
    finding.evidence.push_back(derived_evidence(
        format("{} {} with the image {}", working.where.display(), working.runs ? "runs" : "ran before", working.image), working.where));
    if (top.kind == kube::Deployment::k_kind)
        finding.remedies.push_back({.text = format("or go back to the revision before (`{}`)", working.image),
                                    .command = format("{} rollout undo {}", kubectl_in(top.namespace_name), kubectl_name(top)),
                                    .risk = Risk::disruptive});
    else
        add_set_image(context, pull.view, finding, format("or go back to `{}`", working.image), working.image);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context, ImageTopic::missing)) {
        Finding finding = begin(context, pull);
        finding.title = format("{} cannot pull its image: `{}` is not found", pull.view.display(), pull.view.spec->image);
        finding.cause = missing_words(context, pull);
        add_set_image(context, pull.view, finding, "push the image, or correct its name");
        add_way_back(context, pull, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_image_not_found{
    {.id = "KD1101",
     .name = "image-not-found",
     .title = "an image or its tag does not exist in the registry",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 40,
     .doc = {.meaning = "The registry answers that it has no such image: the repository or the tag does not exist.",
             .why_it_matters = "The container cannot start; a rollout stops there while old pods go on.",
             .how_it_is_found =
                 "The container waits in ErrImagePull or ImagePullBackOff, and the registry's answer (in the status since Kubernetes "
                 "1.32, before that in the event) says not found. `manifest unknown`, or another tag of the repository that runs, tells a "
                 "missing tag from a missing repository. The image that the workload had before is named.",
             .what_to_do =
                 "Compare the tag with those in the registry.\nCheck that the pipeline has pushed it.\nGo back to the last image that "
                 "worked.",
             .false_positives = "Registries that answer `not found` for images one may not see.",
             .see_also = "KD1102 KD1105"}},
    check};

} // namespace kdiag::rules::waiting
