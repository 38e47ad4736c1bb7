// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/common/workload_health.hpp"
#include "rules/common/youth.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"
#include "util/suggest.hpp"

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_binding = Duration::seconds(10), k_acknowledgement = Duration::seconds(60), k_slow_kubelet = Duration::minutes(3);

/// Bound to a node, and nothing in the status comes from a kubelet.
bool is_unacknowledged(const kube::Pod& pod) {
    if (pod.spec.node_name.empty() || pod.meta.deleted || pod.status.start_time || !pod.status.host_ip.empty()) return false;
    if (!pod.status.phase.empty() && pod.status.phase != "Pending") return false;
    if (!pod.status.container_statuses.empty() || !pod.status.init_container_statuses.empty()) return false;
    return !kube::find_condition(pod.status.conditions, "Initialized") && !kube::find_condition(pod.status.conditions, "ContainersReady");
}

/// When the pod got its node; not set where a recording has no times.
Timestamp bound_at(const kube::Pod& pod) {
    const auto* condition = kube::find_condition(pod.status.conditions, "PodScheduled");
    return condition && condition->changed ? condition->changed : pod.meta.created;
}

/// A kubelet sends events before it fills in the status.
bool kubelet_spoke(const facts::Snapshot& facts, const kube::Pod& pod) {
    for (const auto* event : facts.events_of(pod))
        if (event->component() == "kubelet") return true;
    return false;
}

std::string similar_node(const facts::Snapshot& facts, std::string_view name) {
    std::vector<std::string> names;
    for (const auto& node : facts.all<kube::Node>()) names.emplace_back(node.meta.name);
    const auto near = nearest(name, names, 1);
    return near.empty() ? std::string() : format("; there is `{}`", near.front());
}

void describe(const RuleContext& context, const kube::Pod& pod, FindingSink& sink) {
    const auto* node = context.facts.find<kube::Node>({}, pod.spec.node_name);
    const bool absent = !node && context.facts.knows<kube::Node>() && !context.facts.all<kube::Node>().empty();
    const auto* ready = node ? kube::find_condition(node->status.conditions, "Ready") : nullptr;
    const bool node_is_well = ready && ready->status == "True";
    if (!absent && is_younger(context, bound_at(pod), k_acknowledgement)) return;
    if (node_is_well && is_younger(context, bound_at(pod), k_slow_kubelet)) return;
    Finding finding{.subject = kube::ref_of(pod)};
    finding.severity = severity_of_lost_pod(context.facts, pod);
    finding.confidence = absent || (node && !node_is_well) ? Confidence::certain : Confidence::likely;
    finding.first_seen = bound_at(pod);
    if (absent) {
        finding.title = format("pod is bound to node `{}`, which does not exist", pod.spec.node_name);
        finding.cause = format("spec.nodeName is `{}`, and there is no such node{}", pod.spec.node_name,
                               similar_node(context.facts, pod.spec.node_name));
    } else {
        finding.title = format("node `{}` has never taken the pod", pod.spec.node_name);
        finding.cause =
            node && !node_is_well
                ? format("the kubelet of `{}` does not answer: its condition Ready is {}", pod.spec.node_name,
                         ready ? ready->status : std::string_view("absent"))
                : format("probably the kubelet of `{}` is stuck or overloaded: the pod is bound and its status has no startTime",
                         pod.spec.node_name);
    }
    finding.evidence.push_back(field(".spec.nodeName", std::string(pod.spec.node_name),
                                     format("bound to {} {} ago", pod.spec.node_name, to_age(context.age(bound_at(pod))))));
    finding.evidence.push_back(field(".status.startTime", "", "no startTime: the kubelet has not acknowledged the pod"));
    if (ready) {
        Evidence condition = field(".status.conditions[?(@.type==\"Ready\")]", std::string(ready->status),
                                   format("{} Ready={} {}", node->meta.name, ready->status, ready->reason));
        condition.object = kube::ref_of(*node);
        condition.time = ready->changed;
        finding.evidence.push_back(std::move(condition));
    }
    finding.explained_by.push_back({.kind = std::string(kube::Node::k_kind), .name = std::string(pod.spec.node_name)});
    finding.impact = "the pod does not start";
    finding.remedies.push_back(
        absent ? Remedy{"take nodeName out of the pod template, the scheduler finds a node",
                        format("{} get pod {} -o yaml", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)), Risk::read}
               : Remedy{"look at the node", format("kubectl describe node {}", shell_quote(pod.spec.node_name)), Risk::read});
    finding.remedies.push_back({"when the node stays away, let the pod be made anew elsewhere",
                                format("{} delete pod {}", kubectl_in(pod.meta.namespace_name), shell_quote(pod.meta.name)),
                                Risk::disruptive});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& pod : context.facts.all<kube::Pod>())
        if (is_unacknowledged(pod) && bound_at(pod) && !is_younger(context, bound_at(pod), k_binding) && !kubelet_spoke(context.facts, pod))
            describe(context, pod, sink);
}

} // namespace

extern const Rule k_node_never_took_pod{
    {.id = "KD1215",
     .name = "node-never-took-pod",
     .title = "a pod is bound to a node that is absent or does not answer",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets},
     .precedence = 40,
     .doc = {.meaning = "The pod has a node, but no kubelet has ever written to its status: the node does not exist, is not ready, or its "
                        "kubelet is stuck.",
             .why_it_matters = "The pod stays Pending although it counts as scheduled, and no event says why.",
             .how_it_is_found = "spec.nodeName is set, status.startTime, container statuses and the kubelet's conditions and events are "
                                "missing ten seconds after binding to a node that does not exist, a minute after binding to another (three "
                                "minutes when it is Ready). The node is looked up, and similar names are pointed out.",
             .what_to_do =
                 "Repair the node, or delete the pod so that its controller makes another.\nRemove a nodeName that was written by hand.",
             .false_positives = "Virtual nodes whose provider fills in the status late.",
             .see_also = "KD5001"}},
    check};

} // namespace kdiag::rules::scheduling
