// SPDX-License-Identifier: Apache-2.0
#include "rules/common/kubectl_words.hpp"
#include "rules/scheduling/pod_report.hpp"
#include "util/format.hpp"

namespace kdiag::rules::scheduling {

namespace {

/// A pod that has one of the ports: the first such pod of the first such node of the decision.
PortHolder holder_of(const Unscheduled& waiting, const std::vector<HostPort>& ports) {
    for (const NodeFit* fit : waiting.analysis->decision.nodes)
        if (const auto holders = fit->room->holders_of(ports); !holders.empty()) return holders.front();
    return {};
}

Evidence port_evidence(const kube::Pod& pod, const HostPort& port) {
    for (std::size_t c = 0; c < pod.spec.containers.size(); ++c)
        for (std::size_t p = 0; p < pod.spec.containers[c].ports.size(); ++p) {
            const auto& declared = pod.spec.containers[c].ports[p];
            if (declared.host_port != port.port && !(pod.spec.host_network && declared.container_port == port.port)) continue;
            const std::string_view name = declared.host_port != 0 ? "hostPort" : "containerPort";
            return field(format(".spec.containers[{}].ports[{}].{}", c, p, name), std::to_string(port.port),
                         format("container {} takes port {} of its node{}", pod.spec.containers[c].name, port.port,
                                pod.spec.host_network ? " (hostNetwork)" : ""));
        }
    return field(".spec.containers", std::to_string(port.port), format("takes port {} of its node", port.port));
}

void describe(const RuleContext& context, const Unscheduled& waiting, FindingSink& sink) {
    const kube::Pod& pod = *waiting.pod;
    const auto ports = host_ports_of(pod.spec);
    const PortHolder holder = holder_of(waiting, ports);
    Finding finding = begin_finding(context, waiting);
    std::vector<std::string> numbers;
    for (const auto& port : ports) numbers.push_back(std::to_string(port.port));
    const std::string wanted = holder.pod        ? format("port {}", holder.port.port)
                               : numbers.empty() ? std::string("port")
                                                 : format("port {}", list_some(numbers));
    finding.title = format("host {} is taken on every node the pod could use", wanted);
    if (holder.pod) {
        const auto top = context.facts.top_owner(*holder.pod), own = context.facts.top_owner(pod);
        const bool sibling = top.key() == own.key();
        finding.cause = format("{} on `{}` already has {} of the node, which only one pod of a node can have{}",
                               kube::ref_of(*holder.pod).display(), holder.pod->spec.node_name, wanted,
                               sibling ? "; it is a pod of the same workload, so there are more replicas than nodes" : "");
        Evidence taken = port_evidence(*holder.pod, holder.port);
        taken.object = kube::ref_of(*holder.pod);
        taken.text = format("{} has it: {}", holder.pod->meta.name, taken.text);
        finding.evidence.push_back(port_evidence(pod, holder.port));
        finding.evidence.push_back(std::move(taken));
    } else {
        finding.cause = format("something on {} already has the {}, which only one pod of a node can have", nodes_phrase(waiting), wanted);
        if (!ports.empty()) finding.evidence.push_back(port_evidence(pod, ports.front()));
    }
    add_table(context, waiting, finding);
    finding.impact = "the pod does not start";
    const auto top = context.facts.top_owner(pod);
    finding.remedies.push_back(
        {"reach the pod through a Service instead of hostPort, or choose another port",
         top.kind == kube::Pod::k_kind ? std::string() : format("{} edit {}", kubectl_in(top.namespace_name), kubectl_name(top)),
         Risk::change});
    if (top.kind == kube::Deployment::k_kind)
        finding.remedies.push_back(
            {"when a rollout waits for its own old pod, replace pods instead of adding them",
             format("{} patch {} -p '{{\"spec\":{{\"strategy\":{{\"type\":\"Recreate\",\"rollingUpdate\":null}}}}}}'",
                    kubectl_in(top.namespace_name), kubectl_name(top)),
             Risk::disruptive});
    sink.add(std::move(finding));
}

void check(const RuleContext& context, FindingSink& sink) {
    const auto waiting = unscheduled_pods(context, {Constraint::host_port});
    for (const Unscheduled& pod : waiting) describe(context, pod, sink);
}

} // namespace

extern const Rule k_host_port_taken{
    {.id = "KD1209",
     .name = "host-port-taken",
     .title = "the node port a pod wants is taken on every node",
     .category = "scheduling",
     .scenario = Scenario::pending,
     .stage = Stage::scheduling,
     .severity = Severity::error,
     .needs = {kube::Resource::pods},
     .uses = {kube::Resource::nodes, kube::Resource::events, kube::Resource::replicasets, kube::Resource::namespaces},
     .precedence = 40,
     .doc = {.meaning =
                 "The pod declares a hostPort, or uses the host network, and another pod already has that port on every node it could use.",
             .why_it_matters = "A port of a node belongs to one pod at a time, so there can be at most as many replicas as nodes, and a "
                               "rolling update can block itself.",
             .how_it_is_found =
                 "The scheduler says that nodes have no free ports for the requested pod ports. The ports of the pods on each node are "
                 "compared, where hostNetwork makes every container port a host port, and the pod that has the port is named.",
             .what_to_do = "Do without hostPort: a Service reaches the pod on any port.\nUse a DaemonSet when each node needs one.\nFor a "
                           "Deployment use the strategy Recreate, or maxSurge 0.",
             .see_also = "KD1702"}},
    check};

} // namespace kdiag::rules::scheduling
