// SPDX-License-Identifier: Apache-2.0
#include "rules/common/named_service.hpp"
#include "rules/waiting/image_name.hpp"
#include "rules/waiting/pulls.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::waiting {

namespace {

/// The host that was looked up; the registry where the message does not say.
std::string looked_up(const Pull& pull) {
    return pull.error.host.empty() ? registry_of(pull.view.spec->image) : pull.error.host;
}

std::string why_unresolvable(const RuleContext& context, const Pull& pull) {
    const auto host = looked_up(pull);
    const auto* service = service_of(context, *pull.view.pod, host);
    if (service != nullptr) return format("{} is Service/{}, and nodes do not use the DNS of the cluster", host, service->meta.name);
    if (contains(host, ".svc")) return format("{} is a name of the cluster, and nodes do not use the DNS of the cluster", host);
    if (pull.error.problem == ImageProblem::name_server_failed)
        return format("the name servers of {} do not answer for {}", node_of(pull), host);
    return format("the name servers of {} do not know {}", node_of(pull), host);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pull : find_pulls(context, ImageTopic::unresolvable)) {
        Finding finding = begin(context, pull);
        const auto image = pull.view.spec->image;
        const bool no_answer = pull.error.problem == ImageProblem::name_server_failed;
        finding.shared = registry_ref(pull);
        finding.title = no_answer ? format("the registry host {} of `{}` cannot be looked up", looked_up(pull), image)
                                  : format("the registry host {} of `{}` does not resolve (no such host)", looked_up(pull), image);
        finding.cause = why_unresolvable(context, pull);
        if (no_answer) {
            finding.remedies.push_back({.text = "check the name servers of the node (/etc/resolv.conf there, not CoreDNS)",
                                        .command = format("kdiag debug node/{} -- nslookup {}",
                                                          shell_quote(pull.view.pod->spec.node_name), shell_quote(looked_up(pull)))});
        } else {
            add_set_image(context, pull.view, finding, "correct the registry in the image's name");
            finding.remedies.push_back({.text = "or make the name known to the name servers of the nodes", .risk = Risk::change});
        }
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_registry_unresolvable{
    {.id = "KD1108",
     .name = "registry-unresolvable",
     .title = "the host name of a registry does not resolve",
     .category = "image",
     .scenario = Scenario::waiting,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::deployments, kube::Resource::statefulsets,
              kube::Resource::services},
     .precedence = 40,
     .doc = {.meaning = "The name of the registry does not resolve on the node.",
             .why_it_matters = "No image can be pulled from it.",
             .how_it_is_found =
                 "The pull's error says no such host or speaks of name resolution; a look-up that times out is told apart from a name "
                 "that does not exist. Nodes use their own name servers, not the cluster's DNS, so the name of a Service is pointed out.",
             .what_to_do =
                 "Check the spelling of the registry.\nLook up the name on the node: Services of the cluster are not known there.",
             .false_positives = "A short failure of DNS.",
             .see_also = "KD1103"}},
    check};

} // namespace kdiag::rules::waiting
