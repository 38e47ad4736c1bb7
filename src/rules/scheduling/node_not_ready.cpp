// SPDX-License-Identifier: Apache-2.0
#include "rules/common/workload_health.hpp"
#include "rules/common/youth.hpp"
#include "rules/scheduling/node_report.hpp"
#include "rules/scheduling/pod_demand.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::rules::scheduling {

namespace {

constexpr Duration k_blip = Duration::seconds(30), k_joining = Duration::seconds(60);

struct Explanation {
    std::string_view part, cause;
};
/// What the kubelet's own words mean, the first that is found.
constexpr Explanation k_explanations[] = {
    {"never posted node status", "its kubelet has never reported: it was not started, or cannot reach the API server"},
    {"stopped posting node status", "its kubelet no longer reports: the machine is down, cut off, or the kubelet has stopped"},
    {"cni plugin not initialized", "the network plugin (CNI) has not set up the node"},
    {"cni config uninitialized", "the network plugin (CNI) has not set up the node"},
    {"NetworkPluginNotReady", "the network plugin (CNI) is not ready"},
    {"PLEG is not healthy", "the container runtime answers too slowly (PLEG): it hangs, or the node is overloaded"},
    {"container runtime is down", "the container runtime is down"},
    {"container runtime status check", "the container runtime does not answer"},
    {"CSINode is not yet initialized", "the storage drivers of the node have not registered"},
    {"node is shutting down", "the node is shutting down"},
    {"certificate", "a certificate of the kubelet is not accepted"},
};

std::string cause_of(const kube::Node& node, const kube::Condition& ready) {
    for (const auto& explanation : k_explanations)
        if (contains_ignoring_case(ready.message, explanation.part)) return std::string(explanation.cause);
    if (ready.status == "Unknown") return "the control plane has no word from its kubelet";
    return ready.message.empty() || contains(ready.message, "posting ready status")
               ? format("the kubelet of `{}` says so without a reason", node.meta.name)
               : format("the kubelet says: {}", ready.message);
}

bool is_settling(const RuleContext& context, const kube::Node& node, const kube::Condition& ready) {
    const bool unknown = ready.status == "Unknown"; // forty seconds of silence lie behind it already
    if (!unknown && is_younger(context, ready.changed, k_blip)) return true;
    return is_younger(context, node.meta.created, k_joining);
}

void add_pods(const RuleContext& context, const kube::Node& node, Finding& finding) {
    const auto pods = context.facts.pods_on_node(node.meta.name);
    finding.affected.push_back(finding.subject);
    std::int64_t holds = 0;
    for (const auto* pod : pods) {
        if (!takes_room(*pod)) continue;
        ++holds;
        if (is_ready(*pod)) continue;
        if (!context.facts.find<kube::Pod>(pod->meta.namespace_name, pod->meta.name)) continue; // of a namespace that was not asked about
        finding.affected.push_back(kube::ref_of(*pod));
        finding.severity = std::max(finding.severity, severity_of_lost_pod(context.facts, *pod));
    }
    finding.affected_total = 1 + holds;
    finding.impact =
        holds == 0 ? "no pods are placed on it"
                   : format("what runs on it ({}) drops out of its Services, and is replaced elsewhere after five minutes at the earliest",
                            counted(static_cast<std::size_t>(holds), "pod"));
    if (holds > 0)
        finding.evidence.push_back({.type = EvidenceType::derived,
                                    .text = format("{} assigned to the node, {} of them not ready",
                                                   counted(static_cast<std::size_t>(holds), "pod"), finding.affected.size() - 1),
                                    .path = ".metadata.name"});
}

void check(const RuleContext& context, FindingSink& sink) {
    for (const auto& node : context.facts.all<kube::Node>()) {
        const auto* ready = kube::find_condition(node.status.conditions, "Ready");
        if (!ready || ready->status == "True" || is_leaving(node) || is_settling(context, node, *ready) ||
            !concerns_scope(context.facts, node))
            continue;
        Finding finding = begin_node_finding(node, *ready);
        finding.severity = node.spec.unschedulable ? Severity::warning : Severity::error;
        finding.title = ready->status == "Unknown" ? format("node `{}` is not ready: its kubelet has stopped reporting", node.meta.name)
                                                   : format("node `{}` is not ready", node.meta.name);
        if (contains_ignoring_case(ready->message, "never posted"))
            finding.title = format("node `{}` is not ready: its kubelet has never reported", node.meta.name);
        finding.cause = cause_of(node, *ready);
        if (ready->updated)
            finding.evidence.push_back({.type = EvidenceType::field,
                                        .text = format("last heartbeat {} ago", to_age(context.age(ready->updated))),
                                        .path = ".status.conditions[?(@.type==\"Ready\")].lastHeartbeatTime",
                                        .value = to_rfc3339(ready->updated),
                                        .time = ready->updated});
        add_pods(context, node, finding);
        finding.remedies.push_back(
            {"see what the node last reported", format("kubectl describe node {}", shell_quote(node.meta.name)), Risk::read});
        finding.remedies.push_back({"on the node itself: is it up, and does its kubelet run",
                                    "systemctl status kubelet; journalctl -u kubelet -n 100 --no-pager", Risk::read});
        sink.add(std::move(finding));
    }
}

} // namespace

extern const Rule k_node_not_ready{
    {.id = "KD5001",
     .name = "node-not-ready",
     .title = "a node is not ready",
     .category = "node",
     .scenario = Scenario::other,
     .stage = Stage::infrastructure,
     .severity = Severity::error,
     .needs = {kube::Resource::nodes},
     .uses = {kube::Resource::pods, kube::Resource::daemonsets, kube::Resource::replicasets},
     .precedence = 50,
     .doc =
         {.meaning = "The condition Ready of the node is False or Unknown.",
          .why_it_matters = "New pods do not start on it, running ones drop out of their Services, and after five minutes they are "
                            "evicted. Pods of a StatefulSet stay bound to it until someone decides.",
          .how_it_is_found =
              "The Ready condition is read: Unknown means that the kubelet has stopped reporting, False comes with the kubelet's own "
              "reason. Nodes in their first minute, blips of less than 30 seconds and nodes that an autoscaler is removing are left out. "
              "In a run over one namespace only nodes that hold or should hold its pods are reported.",
          .what_to_do = "See whether the machine is up and reachable.\nCheck the kubelet and the container runtime on it.\nRepair the "
                        "network plugin's pod on that node when the reason says so.\nReplace the node when it does not come back.",
          .false_positives = "Virtual nodes, and machines that are switched off on purpose without being cordoned.",
          .see_also = "KD1214 KD1215 KD1503"}},
    check};

} // namespace kdiag::rules::scheduling
