// SPDX-License-Identifier: Apache-2.0
#include "report/describe/kinds.hpp"
#include "report/describe/relations.hpp"

#include "facts/pod_status.hpp"
#include "kube/quantity.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

enum class Side { requests, limits };

std::int64_t quantity(const kube::Container& container, kube::Text resource, Side side) {
    return kube::parse_quantity(kube::value_of(side == Side::requests ? container.resources.requests : container.resources.limits, resource)).value_or(0);
}

/// What a pod takes of one resource, in thousandths, as the scheduler counts it: its containers and sidecars together, or an init
/// container if that needs more, plus overhead.
std::int64_t taken_by(const kube::Pod& pod, kube::Text resource, Side side) {
    std::int64_t together = 0, sidecars = 0, highest = 0;
    for (const auto& container : pod.spec.init_containers) {
        const auto own = quantity(container, resource, side);
        if (container.restart_policy == "Always") sidecars += own;
        else highest = std::max(highest, sidecars + own);
    }
    for (const auto& container : pod.spec.containers) together += quantity(container, resource, side);
    return std::max(together + sidecars, highest) + kube::parse_quantity(kube::value_of(pod.spec.overhead, resource)).value_or(0);
}

bool is_over(const kube::Pod& pod) {
    return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

/// The pods that count against a node, of all namespaces that were read.
std::vector<const kube::Pod*> running_on(std::string_view node, const facts::Snapshot& facts) {
    auto pods = facts.pods_on_node(node);
    for (const auto& pod : facts.other_pods())
        if (pod.spec.node_name == node) pods.push_back(&pod);
    std::erase_if(pods, [](const kube::Pod* pod) { return is_over(*pod); });
    return pods;
}

std::string share(std::int64_t used, std::int64_t whole) {
    return whole > 0 ? format("{}%", static_cast<std::int64_t>(static_cast<double>(used) / static_cast<double>(whole) * 100)) : "-";
}

void add_resources(const kube::Node& node, const std::vector<const kube::Pod*>& pods, DescribeView& view) {
    DescribeSection section{.table = {.rows = {{"RESOURCE", "CAPACITY", "ALLOCATABLE", "REQUESTED", "SHARE", "LIMITS"}}}};
    for (const auto& [resource, text] : node.status.allocatable) {
        const auto whole = kube::parse_quantity(text).value_or(0);
        std::int64_t requested = 0, limits = 0;
        for (const auto* pod : pods) {
            requested += resource == "pods" ? 1000 : taken_by(*pod, resource, Side::requests);
            limits += taken_by(*pod, resource, Side::limits);
        }
        if (whole == 0 && requested == 0) continue;
        const auto capacity = kube::parse_quantity(kube::value_of(node.status.capacity, resource)).value_or(0);
        section.table.rows.push_back({std::string(resource), kube::show_quantity(resource, capacity), kube::show_quantity(resource, whole), kube::show_quantity(resource, requested), share(requested, whole),
                                      resource == "pods" ? "-" : kube::show_quantity(resource, limits)});
    }
    view.add(std::move(section));
}

void add_pods_of_node(const std::vector<const kube::Pod*>& pods, const DescribeInput& input, DescribeView& view) {
    DescribeSection section{.table = {.rows = {{"NAMESPACE", "POD", "STATUS", "CPU", "CPU-LIMIT", "MEMORY", "MEM-LIMIT", "AGE"}}}, .full_only = true};
    for (const auto* pod : pods)
        section.table.rows.push_back({std::string(pod->meta.namespace_name), std::string(pod->meta.name), facts::pod_columns(*pod).status, kube::show_count(taken_by(*pod, "cpu", Side::requests)),
                                      kube::show_count(taken_by(*pod, "cpu", Side::limits)), kube::show_bytes(taken_by(*pod, "memory", Side::requests)),
                                      kube::show_bytes(taken_by(*pod, "memory", Side::limits)), to_age(input.now - pod->meta.created)});
    view.add(std::move(section));
}

/// The kubelet renews its Lease every 10s or so: an old one is a kubelet that does not reach the API server.
std::string lease_text(const DescribeInput& input) {
    for (const auto& object : input.beside) {
        if (object["kind"].as_string() != "Lease") continue;
        const auto renewed = parse_rfc3339(object.at("spec", "renewTime").as_string());
        return format("held by {}, {}", object.at("spec", "holderIdentity").as_string(), renewed ? format("renewed {} ago", to_age(std::max(input.now - *renewed, Duration{}))) : "never renewed");
    }
    return {};
}

} // namespace

bool describe_node(const kube::ObjectRef& object, const DescribeInput& input, DescribeView& view) {
    const auto* node = input.facts.find<kube::Node>({}, object.name);
    if (node == nullptr) return false;
    const auto* ready = kube::find_condition(node->status.conditions, "Ready");
    const auto pods = running_on(object.name, input.facts);
    const bool up = ready != nullptr && ready->status == "True";
    view.state = !up ? Verdict::failing : node->spec.unschedulable ? Verdict::degraded : Verdict::healthy;
    view.verdict = format("{} is {}{}, {}", object.display(), up ? "ready" : "not ready", node->spec.unschedulable ? ", cordoned" : "",
                          input.facts.knows<kube::Pod>() ? format("{} on it", counted(pods.size(), "pod")) : "its pods are unknown");
    const auto& info = node->status.node_info;
    view.fact("System", format("{}/{}, {}, kernel {}", info.operating_system, info.architecture, info.os_image, info.kernel_version));
    view.fact("Kubelet", format("{}, {}", info.kubelet_version, info.container_runtime_version));
    std::vector<std::string> addresses, taints, roles;
    for (const auto& address : node->status.addresses) addresses.push_back(format("{} {}", address.type, address.address));
    for (const auto& taint : node->spec.taints) taints.push_back(format("{}{}:{}", taint.key, taint.value.empty() ? "" : format("={}", taint.value), taint.effect));
    for (const auto& [key, value] : node->meta.labels)
        if (key.starts_with("node-role.kubernetes.io/")) roles.emplace_back(key.substr(key.find('/') + 1));
    view.fact("Roles", comma_list(roles));
    view.fact("Addresses", comma_list(addresses));
    view.fact("Taints", comma_list(taints));
    view.fact("Zone", std::string(kube::value_of(node->meta.labels, "topology.kubernetes.io/zone")));
    view.fact("Lease", lease_text(input));
    view.fact("Age", to_age(input.now - node->meta.created));
    add_resources(*node, pods, view);
    add_pods_of_node(pods, input, view);
    return true;
}

} // namespace kdiag::report
