// SPDX-License-Identifier: Apache-2.0
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"

namespace kdiag::rules::waiting {

namespace {

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context)) {
        if (pull.problem != ImageProblem::unreachable && pull.problem != ImageProblem::untrusted) continue;
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        const bool untrusted = pull.problem == ImageProblem::untrusted;
        finding.shared = registry_ref(pull);
        finding.title = untrusted ? format("the node does not trust the registry {} of `{}`", registry_of(image), image) : format("the registry {} of `{}` cannot be reached", registry_of(image), image);
        finding.cause = untrusted ? format("TLS with {} fails: its certificate is not trusted by the node, or it speaks plain HTTP", registry_of(image))
                                  : format("node `{}` gets no answer from {}", pull.view.pod->spec.node_name, registry_of(image));
        finding.remedies.push_back({.text = untrusted ? "install the registry's CA on the nodes, or configure the runtime for plain HTTP" : "check that the registry runs, its address and port, and the way from the nodes to it (proxy, firewall)", .risk = Risk::change});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_registry_unreachable{
    {.id = "KD1103", .name = "registry-unreachable", .title = "a registry does not answer", .category = "image", .scenario = Scenario::waiting, .stage = Stage::container,
     .severity = Severity::critical, .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets}, .precedence = 40,
     .doc = {.meaning = "The registry does not answer, or the node does not trust it.",
             .why_it_matters = "No image can be pulled from it; pods start only on nodes that have the image already.",
             .how_it_is_found = "The pull's error speaks of a refused or timed-out connection, a server error, or TLS. Several workloads with the same registry are one finding.",
             .what_to_do = "Try the registry from a node.\nCheck proxy settings of the container runtime.\nInstall the CA of a private registry on the nodes.",
             .false_positives = "A short outage that is over: the next try succeeds.",
             .see_also = "KD1108"}},
    check};

} // namespace kdiag::rules::waiting
