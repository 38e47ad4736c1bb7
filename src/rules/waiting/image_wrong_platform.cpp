// SPDX-License-Identifier: Apache-2.0
#include "rules/common/evidence.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

std::string platform_of(const kube::Node& node) {
    return format("{}/{}", node.status.node_info.operating_system, node.status.node_info.architecture);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context, ImageTopic::platform)) {
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        const auto* node = context.facts.find<kube::Node>({}, pull.view.pod->spec.node_name);
        const std::string platform = node != nullptr ? platform_of(*node) : std::string("the node's platform");
        finding.title = format("{} cannot pull `{}`: it is not built for {}", pull.view.display(), image, platform);
        finding.cause = format("the image has no variant for {}", platform);
        if (node != nullptr)
            finding.evidence.push_back(field_evidence(".status.nodeInfo.architecture", std::string(node->status.node_info.architecture),
                                                      format("node {} is {}", node->meta.name, platform), kube::ref_of(*node)));
        finding.remedies.push_back({.text = "build the image for this platform too",
                                    .command = format("docker buildx build --platform {} -t {} --push .",
                                                      node != nullptr ? shell_quote(platform) : "PLATFORM", shell_quote(image)),
                                    .risk = Risk::change});
        finding.remedies.push_back({.text = "or let the pod select nodes that the image is built for, by nodeSelector kubernetes.io/arch",
                                    .risk = Risk::disruptive});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_image_wrong_platform{
    {.id = "KD1104",
     .name = "image-wrong-architecture",
     .title = "an image is not built for the node's platform",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::nodes},
     .precedence = 40,
     .doc = {.meaning = "The image exists, but has no variant for the operating system and architecture of the node.",
             .why_it_matters = "The container cannot start on such nodes.",
             .how_it_is_found = "The runtime says that no manifest matches the platform; the node's architecture is shown.",
             .what_to_do = "Build the image for all architectures of the cluster.\nOr select nodes by kubernetes.io/arch.",
             .false_positives = "none known",
             .see_also = "KD1008"}},
    check};

} // namespace kdiag::rules::waiting
