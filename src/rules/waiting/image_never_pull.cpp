// SPDX-License-Identifier: Apache-2.0
#include "rules/common/container_view.hpp"
#include "rules/common/evidence.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/rule.hpp"
#include "rules/waiting/template_patch.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void report(const RuleContext& context, const ContainerView& view, FindingSink& sink) {
    const auto& pod = *view.pod;
    Finding finding;
    finding.subject = ref_of(view);
    finding.severity = severity_of_lost_pod(context.facts, pod);
    finding.first_seen = pod.meta.created;
    finding.last_seen = context.now;
    finding.title = format("the image `{}` of {} is not on the node, and is never pulled", view.spec->image, view.display());
    finding.cause = format("imagePullPolicy is Never, and node `{}` does not have the image", pod.spec.node_name);
    finding.evidence.push_back(field_evidence(view.spec_path("imagePullPolicy"), std::string(view.spec->image_pull_policy),
                                              format("imagePullPolicy {}", view.spec->image_pull_policy)));
    finding.evidence.push_back(field_evidence(view.status_path("state.waiting.reason"), "ErrImageNeverPull",
                                              format("waits: ErrImageNeverPull on node {}", pod.spec.node_name)));
    finding.remedies.push_back({.text = "set imagePullPolicy to IfNotPresent",
                                .command = set_in_template(context, pod, view.spec_path("imagePullPolicy"), R"("IfNotPresent")"),
                                .risk = Risk::disruptive});
    finding.remedies.push_back(
        {.text = format("or load the image on every node under exactly this name (kind load docker-image {0}, minikube image load {0})",
                        view.spec->image),
         .risk = Risk::change});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (pod.meta.deleted) continue;
        for (const auto& view : containers_of(pod))
            if (view.waiting_reason() == "ErrImageNeverPull") report(context, view, sink);
    }
}

} // namespace

extern const Rule k_image_never_pull{
    {.id = "KD1106",
     .name = "image-never-pull",
     .title = "an image is not on the node and must not be pulled",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets},
     .precedence = 50,
     .doc = {.meaning = "The image is not on the node, and the pull policy forbids to pull it.",
             .why_it_matters = "The container cannot start on this node.",
             .how_it_is_found = "The container waits with the reason ErrImageNeverPull.",
             .what_to_do = "Set imagePullPolicy to IfNotPresent.\nOr load the image on every node, with exactly this name and tag.",
             .false_positives = "none known",
             .see_also = "KD1101"}},
    check};

} // namespace kdiag::rules::waiting
