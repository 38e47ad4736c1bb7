// SPDX-License-Identifier: Apache-2.0
#include "rules/scheduling/cluster_room.hpp"

#include "kube/quantity.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace kdiag::rules::scheduling {

namespace {

Amounts amounts_of(const kube::TextMap& quantities) {
    Amounts amounts;
    for (const auto& [resource, text] : quantities)
        if (const auto value = kube::parse_quantity(text)) amounts.emplace_back(resource, *value);
    std::sort(amounts.begin(), amounts.end());
    return amounts;
}

/// The requests of pods, worked out once for those that hold the same containers: the pods of a workload do.
class RequestsOfPods {
public:
    const Amounts& of(const kube::PodSpec& spec) {
        auto [place, added] = m_known.try_emplace({spec.containers.begin(), spec.init_containers.begin(), spec.overhead.begin()});
        if (added) place->second = requests_of(spec);
        return place->second;
    }

private:
    std::map<std::tuple<const void*, const void*, const void*>, Amounts> m_known;
};

} // namespace

std::int64_t NodeRoom::free(std::string_view resource) const {
    constexpr std::int64_t k_most = std::int64_t{1} << 61; // hostile quantities must not overflow
    return std::clamp(amount_of(allocatable, resource), -k_most, k_most) - std::clamp(amount_of(reserved, resource), -k_most, k_most);
}

std::vector<PortHolder> NodeRoom::holders_of(const std::vector<HostPort>& wanted) const {
    std::vector<PortHolder> holders;
    for (const auto& port : wanted)
        if (const auto found = ports.find(port); found != ports.end()) holders.insert(holders.end(), found->second.begin(), found->second.end());
    std::sort(holders.begin(), holders.end(), [](const PortHolder& a, const PortHolder& b) { return a.place < b.place; });
    return holders;
}

ClusterRoom::ClusterRoom(const facts::Snapshot& facts)
    : m_facts(facts), m_known(facts.knows<kube::Node>() && !facts.all<kube::Node>().empty()) {
    if (!m_known) return;
    RequestsOfPods requests;
    m_nodes.reserve(facts.all<kube::Node>().size());
    for (const auto& node : facts.all<kube::Node>()) {
        NodeRoom room{.node = &node, .allocatable = amounts_of(node.status.allocatable)};
        std::size_t places = 0;
        for (const kube::Pod* pod : facts.pods_on_node(node.meta.name)) {
            if (!takes_room(*pod)) continue;
            room.pods.push_back(pod);
            for (const auto& port : host_ports_of(pod->spec)) room.ports[port].push_back({places++, pod, port});
            add_amounts(room.reserved, requests.of(pod->spec));
            if (pod->spec.affinity && pod->spec.affinity->pod_anti && !pod->spec.affinity->pod_anti->required.empty())
                m_exclusive.push_back(pod);
        }
        add_amounts(room.reserved, {{"pods", static_cast<std::int64_t>(room.pods.size()) * 1000}});
        m_nodes.push_back(std::move(room));
    }
    std::sort(m_nodes.begin(), m_nodes.end(), [](const NodeRoom& a, const NodeRoom& b) { return a.node->meta.name < b.node->meta.name; });
    for (std::size_t i = 0; i < m_nodes.size(); ++i) m_by_name.emplace(m_nodes[i].node->meta.name, i);
}

const NodeRoom* ClusterRoom::find(std::string_view name) const {
    const auto found = m_by_name.find(name);
    return found == m_by_name.end() ? nullptr : &m_nodes[found->second];
}

} // namespace kdiag::rules::scheduling
