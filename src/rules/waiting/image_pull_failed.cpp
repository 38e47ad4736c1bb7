// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

/// Why, in words; empty when the message says nothing that is known.
std::string known_reason(const Pull& pull) {
    const std::string node = node_of(pull);
    switch (pull.error.problem) {
    case ImageProblem::no_space: return format("the disk of {} is full, or out of inodes", node);
    case ImageProblem::disk_broken: return format("the disk of {} fails, or has become read-only", node);
    case ImageProblem::damaged: return format("a layer of the image is damaged, or cannot be unpacked on {}", node);
    case ImageProblem::layer_missing:
        return format("the registry {} lists a layer of the image that it does not have", registry_of(pull.view.spec->image));
    case ImageProblem::unsupported_format:
        return "what the registry has under this name is no image that the container runtime reads: an old format (schema 1), a chart, or "
               "another artifact";
    case ImageProblem::policy_refused:
        return "the image is refused by a policy of the registry or the node: its signature or its scan does not pass";
    case ImageProblem::short_name:
        return format("the name has no registry, and the container runtime of {} has no default one for it", node);
    case ImageProblem::runtime_down: return format("the container runtime of {} does not answer the kubelet", node);
    case ImageProblem::cancelled:
        return "the pull was cancelled before it ended: the kubelet or the container runtime was restarted, or gave up";
    default: return {};
    }
}

std::string why(const Pull& pull) {
    const auto known = known_reason(pull);
    if (!known.empty()) return format("{}: {}", known, pull.error.words);
    if (pull.message.empty()) return "the reason is no longer kept: the events of the first tries have expired";
    return format("the container runtime says: {}", pull.error.words);
}

std::string help_for(ImageProblem problem) {
    switch (problem) {
    case ImageProblem::no_space:
    case ImageProblem::disk_broken: return "free or repair the disk of the node, or let the pod go to another one";
    case ImageProblem::damaged:
        return "remove the image on this node (crictl rmi) when others pull it well; otherwise build and push it again";
    case ImageProblem::layer_missing:
    case ImageProblem::unsupported_format: return "build and push the image again with a current client, or correct its name";
    case ImageProblem::policy_refused: return "sign the image, or let the policy accept it";
    case ImageProblem::short_name: return "write the registry into the image's name, such as docker.io/library/NAME:TAG";
    case ImageProblem::runtime_down: return "repair the container runtime of the node";
    default: return {};
    }
}

bool is_of_node(ImageProblem problem) {
    return problem == ImageProblem::no_space || problem == ImageProblem::disk_broken || problem == ImageProblem::runtime_down;
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context, ImageTopic::other)) {
        Finding finding = begin(context, pull);
        const auto& pod = *pull.view.pod;
        finding.title = format("{} cannot pull its image `{}`", pull.view.display(), pull.view.spec->image);
        finding.cause = why(pull);
        if (pull.error.problem == ImageProblem::other) finding.confidence = Confidence::likely;
        if (is_of_node(pull.error.problem) && !pod.spec.node_name.empty())
            finding.explained_by.push_back({.kind = "Node", .name = std::string(pod.spec.node_name)});
        if (const auto help = help_for(pull.error.problem); !help.empty()) finding.remedies.push_back({.text = help, .risk = Risk::change});
        if (pull.message.empty())
            finding.remedies.push_back(
                {.text = "make the kubelet try again and say why: a new pod has fresh events",
                 .command = format("{} delete pod {}", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
                 .risk = Risk::disruptive});
        if (!is_of_node(pull.error.problem))
            add_set_image(context, pull.view, finding, "or use another image");
        else
            finding.remedies.push_back(
                {.text = "see how the node is", .command = format("kubectl describe node {}", shell_quote(pod.spec.node_name))});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_image_pull_failed{
    {.id = "KD1109",
     .name = "image-pull-failed",
     .title = "an image cannot be pulled for another reason",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 20,
     .doc = {.meaning = "The image cannot be pulled, for a reason that is none of the usual ones.",
             .why_it_matters = "The container cannot start.",
             .how_it_is_found =
                 "The container waits in ErrImagePull, ImagePullBackOff or ImageInspectError, and the message fits no other rule: a full "
                 "or broken disk, a damaged or missing layer, a format that the runtime does not read, a signature or policy that does "
                 "not pass, a name without a registry, a runtime that does not answer, or a message that has expired.",
             .what_to_do = "Read the message; delete the pod to make the kubelet try at once.",
             .false_positives = "none known",
             .see_also = "KD1101 KD1103"}},
    check};

} // namespace kdiag::rules::waiting
