// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context)) {
        if (pull.problem != ImageProblem::no_space && pull.problem != ImageProblem::damaged && pull.problem != ImageProblem::signature_rejected && pull.problem != ImageProblem::other) continue;
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        finding.title = format("{} cannot pull its image `{}`", pull.view.display(), image);
        switch (pull.problem) {
        case ImageProblem::no_space: finding.cause = format("the disk of node `{}` is full", pull.view.pod->spec.node_name); finding.explained_by.push_back({.kind = "Node", .name = std::string(pull.view.pod->spec.node_name)}); break;
        case ImageProblem::damaged: finding.cause = "a layer of the image is damaged, or cannot be unpacked on the node"; break;
        case ImageProblem::signature_rejected: finding.cause = "the image's signature is rejected by the node's policy"; break;
        default:
            finding.confidence = Confidence::likely;
            finding.cause = pull.message.empty() ? std::string("the reason is no longer kept: the events of the first tries have expired") : std::string();
        }
        finding.remedies.push_back({.text = "see the newest words of the kubelet", .command = format("{} get events --field-selector involvedObject.name={}", kubectl_in(pull.view.pod->meta.namespace_name), shell_quote(pull.view.pod->meta.name))});
        add_set_image(context, pull, finding, "or use another image");
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_image_pull_failed{
    {.id = "KD1109", .name = "image-pull-failed", .title = "an image cannot be pulled for another reason", .category = "image", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 20,
     .doc = {.meaning = "The image cannot be pulled, for a reason that is none of the usual ones.",
             .why_it_matters = "The container cannot start.",
             .how_it_is_found = "The container waits in ErrImagePull or ImagePullBackOff, and the message fits no other rule: a full disk, a damaged layer, a rejected signature, or a message that has expired.",
             .what_to_do = "Read the message; delete the pod to make the kubelet try at once.",
             .false_positives = "none known",
             .see_also = "KD1101 KD1103"}},
    check};

} // namespace kdiag::rules::waiting
