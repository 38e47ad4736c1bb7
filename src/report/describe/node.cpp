// SPDX-License-Identifier: Apache-2.0
#include "report/describe/describe.hpp"

#include "facts/pod_status.hpp"
#include "kube/quantity.hpp"
#include "util/format.hpp"
#include "util/strings.hpp"

namespace kdiag::report {

namespace {

/// What the containers of a pod ask for of one resource, in thousandths.
std::int64_t requested(const kube::Pod& pod, kube::Text resource) {
    std::int64_t sum = 0;
    for (const auto& container : pod.spec.containers) sum += kube::parse_quantity(kube::value_of(container.resources.requests, resource)).value_or(0);
    return sum;
}

bool is_over(const kube::Pod& pod) {
    return pod.status.phase == "Succeeded" || pod.status.phase == "Failed";
}

void add_resources(const kube::Node& node, const std::vector<const kube::Pod*>& pods, DescribeView& view) {
    DescribeSection section;
    section.table.rows.push_back({"RESOURCE", "ALLOCATABLE", "REQUESTED", "SHARE"});
    for (const auto& [resource, text] : node.status.allocatable) {
        const auto whole = kube::parse_quantity(text).value_or(0);
        if (whole == 0 || resource.starts_with("hugepages-")) continue;
        std::int64_t used = 0;
        for (const auto* pod : pods) used += is_over(*pod) ? 0 : resource == "pods" ? 1000 : requested(*pod, resource);
        section.table.rows.push_back({std::string(resource), kube::show_quantity(resource, whole), kube::show_quantity(resource, used), format("{}%", used / (whole / 100 + 1))});
    }
    view.sections.push_back(std::move(section));
}

} // namespace

void describe_node(const kube::Node& node, const DescribeInput& input, DescribeView& view) {
    const auto* ready = kube::find_condition(node.status.conditions, "Ready");
    const auto pods = input.facts.pods_on_node(node.meta.name);
    const bool up = ready != nullptr && ready->status == "True";
    view.works = view.works && up;
    view.verdict = format("{} is {}{}, {}", view.object.display(), up ? "ready" : "not ready", node.spec.unschedulable ? ", cordoned" : "", counted(pods.size(), "pod"));
    const auto& info = node.status.node_info;
    view.facts.emplace_back("System", format("{}/{}, {}, kernel {}", info.operating_system, info.architecture, info.os_image, info.kernel_version));
    view.facts.emplace_back("Kubelet", format("{}, {}", info.kubelet_version, info.container_runtime_version));
    std::vector<std::string> addresses, taints;
    for (const auto& address : node.status.addresses) addresses.push_back(format("{} {}", address.type, address.address));
    for (const auto& taint : node.spec.taints) taints.push_back(format("{}{}:{}", taint.key, taint.value.empty() ? "" : format("={}", taint.value), taint.effect));
    if (!addresses.empty()) view.facts.emplace_back("Addresses", list_some(addresses, 4));
    if (!taints.empty()) view.facts.emplace_back("Taints", list_some(taints, 6));
    add_resources(node, pods, view);
    DescribeSection section{.full_only = true};
    section.table.rows.push_back({"NAMESPACE", "POD", "STATUS", "CPU", "MEMORY"});
    for (const auto* pod : pods)
        if (!is_over(*pod))
            section.table.rows.push_back({std::string(pod->meta.namespace_name), std::string(pod->meta.name), facts::pod_columns(*pod).status, kube::show_count(requested(*pod, "cpu")), kube::show_bytes(requested(*pod, "memory"))});
    if (section.table.rows.size() > 1) view.sections.push_back(std::move(section));
}

} // namespace kdiag::report
