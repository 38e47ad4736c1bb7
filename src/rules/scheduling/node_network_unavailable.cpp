// SPDX-License-Identifier: Apache-2.0
#include "rules/common/youth.hpp"
#include "rules/scheduling/node_report.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_setup = Duration::minutes(1);

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& node : context.facts.all<kube::Node>()) {
        const auto* condition = kube::find_condition(node.status.conditions, "NetworkUnavailable");
        if (!condition || condition->status != "True" || is_leaving(node) || !concerns_scope(context.facts, node)) continue;
        if (is_younger(context, condition->changed, k_setup)) continue;
        Finding finding = begin_node_finding(node, *condition);
        finding.title = format("network of node `{}` is not set up", node.meta.name);
        finding.cause =
            condition->reason == "NoRouteCreated"
                ? std::string("the cloud's route controller has not created a route to the pods of the node")
                : format("the network plugin reports {}", condition->reason.empty() ? "it without a reason" : condition->reason);
        finding.impact = "pods on the node cannot reach pods on others, and no new ones are placed there";
        finding.remedies.push_back(
            {"look after the network plugin's pod on the node",
             format("kubectl -n kube-system get pods -o wide --field-selector {}", shell_quote(format("spec.nodeName={}", node.meta.name))),
             Risk::read});
        finding.remedies.push_back(
            {"see the events of the node", format("kubectl describe node {}", shell_quote(node.meta.name)), Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_node_network_unavailable{
    {.id = "KD5006",
     .name = "node-network-unavailable",
     .title = "the network of a node is not set up",
     .category = "node",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::error,
     .needs = {kube::Resource::nodes},
     .uses = {kube::Resource::pods, kube::Resource::daemonsets},
     .precedence = 45,
     .doc = {.meaning =
                 "The condition NetworkUnavailable of the node is True: no route to it was made, or its network plugin has not started.",
             .why_it_matters = "Pods on the node cannot talk to pods on other nodes, and the node gets a taint that keeps new pods away.",
             .how_it_is_found = "The condition is True for more than a minute. The status False with reasons such as FlannelIsUp and "
                                "CalicoIsUp is the healthy state.",
             .what_to_do = "Look at the network plugin's pod on that node.\nIn a cloud with routes, check the quota and the permissions of "
                           "the route controller.",
             .see_also = "KD5001"}},
    check};

} // namespace kdiag::rules::scheduling
