// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context)) {
        if (pull.problem != ImageProblem::unresolvable) continue;
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        finding.shared = registry_ref(pull);
        finding.title = format("the registry host {} of `{}` does not resolve (no such host)", registry_of(image), image);
        finding.cause = format("the name servers of node `{}` do not know {}", pull.view.pod->spec.node_name, registry_of(image));
        add_set_image(context, pull, finding, "correct the registry in the image's name, or the name servers of the nodes");
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_registry_unresolvable{
    {.id = "KD1108", .name = "registry-unresolvable", .title = "the host name of a registry does not resolve", .category = "image", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::error, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 40,
     .doc = {.meaning = "The name of the registry does not resolve on the node.",
             .why_it_matters = "No image can be pulled from it.",
             .how_it_is_found = "The pull's error says no such host or speaks of name resolution. Nodes use their own name servers, not the cluster's DNS.",
             .what_to_do = "Check the spelling of the registry.\nLook up the name on the node: Services of the cluster are not known there.",
             .false_positives = "A short failure of DNS.",
             .see_also = "KD1103"}},
    check};

} // namespace kdiag::rules::waiting
