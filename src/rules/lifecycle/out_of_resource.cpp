// SPDX-License-Identifier: Apache-2.0
#include "kube/quantity.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/lifecycle/replaced_pods.hpp"
#include "util/format.hpp"

namespace kdiag::rules::lifecycle {

namespace {

constexpr std::string_view k_out_of = "OutOf";

bool is_out_of(const kube::Pod& pod) {
    return pod.status.phase == "Failed" && pod.status.reason.starts_with(k_out_of);
}

/// The scheduler says `Scheduled`; a pod with nodeName from the start goes past it.
bool went_past_the_scheduler(const facts::Snapshot& facts, const kube::Pod& pod) {
    return facts.knows<kube::Event>() && !facts.events_of(pod).empty() && !facts.last_event(pod, "Scheduled");
}

/// `4` of `requested: 4000, used: 1900, capacity: 2000`, which the kubelet writes in thousandths of a cpu, else in units.
std::string amount(std::string_view message, std::string_view word, std::string_view resource) {
    const auto at = message.find(word);
    if (at == std::string_view::npos) return "?";
    const auto rest = message.substr(at + word.size());
    const auto text = trim(rest.substr(0, rest.find_first_of(", .")));
    const auto value = kube::parse_quantity(text);
    if (!value) return std::string(text);
    return resource == "cpu" ? kube::show_count(*value / 1000) : kube::show_quantity(resource, *value);
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>()) {
        if (!is_out_of(pod)) continue;
        const Lost lost = judge(context, pod, is_out_of);
        if (!lost.worth_it) continue;
        const std::string resource(pod.status.reason.substr(k_out_of.size())), node(pod.spec.node_name);
        Finding finding = begin_failed(context, pod, lost);
        finding.title = format("node `{}` turns the pod away: not enough {}", node, resource);
        const std::string_view message = pod.status.message;
        if (resource == "pods")
            finding.cause = format("`{}` has as many pods as it may run", node);
        else
            finding.cause = contains(message, "requested: ")
                                ? format("the pod requests {} {}, and of {} on `{}` {} are taken", amount(message, "requested: ", resource),
                                         resource, amount(message, "capacity: ", resource), node, amount(message, "used: ", resource))
                                : format("the kubelet of `{}` found less {} free than the pod requests", node, resource);
        if (went_past_the_scheduler(context.facts, pod))
            finding.cause += "; the pod was not placed by a scheduler, so nodeName was probably set by hand";
        finding.evidence.push_back({.text = format("on node {}", node), .path = ".spec.nodeName", .value = node});
        finding.explained_by.push_back({.kind = std::string(kube::Node::k_kind), .name = node});
        finding.impact = "the pod has failed for good; only a controller makes a new one";
        finding.remedies.push_back(
            {"let the scheduler choose the node: no nodeName in the pod template",
             format("{} get pod {} -o jsonpath='{{.spec.nodeName}}'", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
             Risk::read});
        finding.remedies.push_back({"see what is reserved on the node", format("kubectl describe node {}", shell_quote(node)), Risk::read});
        add_cleanup(pod, finding);
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_out_of_resource{
    {.id = "KD1701",
     .name = "out-of-resource",
     .title = "a kubelet turned a pod away for lack of a resource",
     .category = "termination",
     .scenario = Scenario::pending,
     .stage = Stage::container,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::deployments, kube::Resource::replicasets,
              kube::Resource::statefulsets, kube::Resource::daemonsets, kube::Resource::jobs},
     .precedence = 50,
     .doc = {.meaning =
                 "The kubelet refused to run a pod that was bound to its node, because the node has too little of a resource left for it.",
             .why_it_matters = "The pod fails before a container starts and stays Failed. A controller that keeps making such pods leaves "
                               "many of them behind.",
             .how_it_is_found = "The pod has failed with a reason that begins with OutOf, and its message has the amounts. Usually "
                                "nodeName was set by hand, or two schedulers filled the same room. "
                                "A single pod that its controller has already replaced is not reported.",
             .what_to_do =
                 "Do not set nodeName; use a node selector instead.\nLower the request or free room on the node.\nDelete the failed pods.",
             .see_also = "KD1217 KD1502"}},
    check};

} // namespace kdiag::rules::lifecycle
