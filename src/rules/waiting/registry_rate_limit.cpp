// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void explain_registry(const Pull& pull, Finding& finding) {
    const auto image = pull.view.spec->image;
    const bool anonymous = pull.view.pod->spec.image_pull_secrets.empty();
    finding.shared = registry_ref(pull);
    finding.title = format("{} limits how often images are pulled, and `{}` has to wait", registry_of(image), image);
    finding.cause = anonymous ? format("too many pulls without a login from the address of {} within the registry's window", node_of(pull))
                              : "too many pulls with this login within the registry's window";
    if (anonymous)
        finding.remedies.push_back({.text = "log in to the registry with an imagePullSecret: its limits are higher", .risk = Risk::change});
    finding.remedies.push_back(
        {.text = "pull through a cache or mirror of your own, and set imagePullPolicy IfNotPresent; the pull is tried again by itself",
         .risk = Risk::change});
}

void explain_node(const Pull& pull, Finding& finding) {
    finding.shared = {.kind = "Node", .name = std::string(pull.view.pod->spec.node_name)};
    finding.discriminator = "node";
    finding.severity = Severity::warning; // it is tried again within seconds
    finding.title = format("{} limits its own pulls, and `{}` has to wait", node_of(pull), pull.view.spec->image);
    finding.cause = "more images are asked for at once than the kubelet's registryPullQPS and registryBurst allow";
    finding.remedies.push_back(
        {.text = "wait: the pull is tried again by itself; or raise registryPullQPS and registryBurst of the kubelet",
         .risk = Risk::change});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context, ImageTopic::rate)) {
        Finding finding = begin(context, pull);
        if (pull.error.problem == ImageProblem::node_pull_limit)
            explain_node(pull, finding);
        else
            explain_registry(pull, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_registry_rate_limit{
    {.id = "KD1107",
     .name = "registry-rate-limit",
     .title = "a registry refuses further pulls for a while",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 40,
     .doc = {.meaning = "The registry answers that too many images were pulled, or the kubelet holds back its own pulls.",
             .why_it_matters = "Pods that need the image wait until the window has passed.",
             .how_it_is_found =
                 "The pull's error says toomanyrequests, 429, or names a rate limit; `pull QPS exceeded` is the kubelet's own limit, not "
                 "the registry's. Several workloads with the same registry are one finding.",
             .what_to_do = "Log in to the registry.\nUse a pull-through cache.\nDo not pull what the node has (IfNotPresent).",
             .false_positives = "none known",
             .see_also = "KD1103"}},
    check};

} // namespace kdiag::rules::waiting
