// SPDX-License-Identifier: Apache-2.0
#include "kube/quantity.hpp"
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "rules/scheduling/rules.hpp"
#include "util/format.hpp"
#include "util/suggest.hpp"

#include <algorithm>
#include <set>

namespace kdiag::rules::scheduling {

namespace {

bool is_ordinary(std::string_view resource) {
    return resource == "cpu" || resource == "memory" || resource == "ephemeral-storage" || resource == "pods";
}

/// Nodes that say something about what they offer; a recording may have left it out.
bool all_nodes_speak(const facts::Snapshot& facts) {
    const auto& nodes = facts.all<kube::Node>();
    return facts.knows<kube::Node>() && !nodes.empty() &&
           std::all_of(nodes.begin(), nodes.end(), [](const auto& node) { return !node.status.allocatable.empty(); });
}

bool is_offered(const facts::Snapshot& facts, std::string_view resource) {
    const auto& nodes = facts.all<kube::Node>();
    return std::any_of(nodes.begin(), nodes.end(), [&](const kube::Node& node) {
        return kube::parse_quantity(kube::value_of(node.status.allocatable, resource)).value_or(0) > 0;
    });
}

bool is_listed(const facts::Snapshot& facts, std::string_view resource) {
    const auto& nodes = facts.all<kube::Node>();
    return std::any_of(nodes.begin(), nodes.end(),
                       [&](const kube::Node& node) { return kube::has_key(node.status.allocatable, resource); });
}

/// What the pod asks for and the scheduler found short, and no node offers.
std::string absent_resource(const facts::Snapshot& facts, const Unscheduled& waiting) {
    if (!all_nodes_speak(facts)) return {};
    for (const auto& [resource, amount] : requests_of(waiting.pod->spec))
        if (amount > 0 && !is_ordinary(resource) && !is_offered(facts, resource)) return std::string(resource);
    return {};
}

std::vector<std::string> offered_resources(const facts::Snapshot& facts) {
    std::set<std::string> names;
    for (const auto& node : facts.all<kube::Node>())
        for (const auto& [resource, amount] : node.status.allocatable)
            if (!is_ordinary(resource) && kube::parse_quantity(amount).value_or(0) > 0) names.emplace(resource);
    return {names.begin(), names.end()};
}

Evidence request_evidence(const kube::Pod& pod, const std::string& resource) {
    for (std::size_t i = 0; i < pod.spec.containers.size(); ++i)
        for (const auto* part : {&pod.spec.containers[i].resources.requests, &pod.spec.containers[i].resources.limits})
            if (kube::has_key(*part, resource))
                return field(format(".spec.containers[{}].resources.{}[\"{}\"]", i,
                                    part == &pod.spec.containers[i].resources.requests ? "requests" : "limits", resource),
                             std::string(kube::value_of(*part, resource)),
                             format("container {} asks for {} {}", pod.spec.containers[i].name, kube::value_of(*part, resource), resource));
    return field(".spec.initContainers", resource, format("an init container asks for {}", resource));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::resource});
    for (const Unscheduled& pod : waiting) {
        const std::string resource = absent_resource(context.facts, pod);
        if (resource.empty()) continue;
        Finding finding = begin_finding(context, pod);
        finding.confidence = Confidence::certain;
        finding.title = format("no node offers `{}`, which the pod asks for", resource);
        const auto offered = offered_resources(context.facts);
        const auto near = nearest(resource, offered);
        if (!near.empty()) {
            finding.cause =
                format("`{}` is in no node's allocatable resources; nodes offer `{}`, which is probably meant", resource, near.front());
            finding.confidence = Confidence::likely;
        } else if (is_listed(context.facts, resource)) {
            finding.cause = format(
                "every node that knows `{}` has 0 of it: the devices are unhealthy, or their driver or plugin does not run", resource);
        } else {
            finding.cause =
                format("`{}` is in no node's allocatable resources: no device plugin has registered it, or the name is wrong", resource);
        }
        finding.evidence.push_back(request_evidence(*pod.pod, resource));
        add_table(context, pod, finding);
        finding.impact = "the pod can never start on the nodes there are";
        finding.remedies.push_back({"see which resources the nodes offer",
                                    "kubectl get nodes -o custom-columns=NAME:.metadata.name,ALLOCATABLE:.status.allocatable", Risk::read});
        finding.remedies.push_back({"if the devices exist, look after the plugin that should register them",
                                    "kubectl get daemonsets -A -o wide | grep -i -E 'plugin|driver'", Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

bool asks_for_absent_resource(const facts::Snapshot& facts, const Unscheduled& waiting) {
    return !absent_resource(facts, waiting).empty();
}

extern const Rule k_extended_resource_missing{
    {.id = "KD1213",
     .name = "extended-resource-missing",
     .title = "a pod asks for a device or resource that no node offers",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods, kube::Resource::nodes},
     .uses = {kube::Resource::events, kube::Resource::replicasets, kube::Resource::namespaces},
     .precedence = 45,
     .doc =
         {.meaning = "The pod requests an extended resource, such as a GPU or huge pages, that no node has in its allocatable resources.",
          .why_it_matters = "The pod stays Pending for ever. More nodes of the same kind do not help.",
          .how_it_is_found = "The scheduler says Insufficient for the resource, and status.allocatable of every node lacks it or has 0 of "
                             "it. A name within two edits of one that nodes do offer is pointed out. "
                             "When some node offers the resource and all of it is taken, that is KD1217 instead.",
          .what_to_do = "Correct the name when it is misspelt.\nInstall or repair the device plugin and the driver on the nodes that have "
                        "the devices.\nAdd nodes with such devices, or do without them.",
          .false_positives =
              "A node group that is scaled to zero and would offer the resource; an autoscaler's TriggeredScaleUp event silences the rule.",
          .see_also = "KD1217"}},
    check};

} // namespace kdiag::rules::scheduling
