// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// The kinds that kdiag reads into typed structs. The order is the order of `resource_table`.
enum class Resource : std::uint8_t {
    pods,
    nodes,
    namespaces,
    events,
    services,
    endpointslices,
    configmaps,
    secrets,
    serviceaccounts,
    persistentvolumeclaims,
    persistentvolumes,
    storageclasses,
    resourcequotas,
    deployments,
    replicasets,
    statefulsets,
    daemonsets,
    jobs,
    cronjobs,
    horizontalpodautoscalers,
    poddisruptionbudgets,
    ingresses,
    ingressclasses,
    networkpolicies,
    runtimeclasses,
    logs, ///< pods/log: not listed, but needed, forbidden and missed like the others
};
inline constexpr std::size_t k_resource_count = 26;

/// A set of resources.
class ResourceSet {
public:
    constexpr ResourceSet() = default;
    constexpr ResourceSet(std::initializer_list<Resource> resources) {
        for (Resource r : resources) add(r);
    }
    static constexpr ResourceSet all() {
        ResourceSet set;
        set.m_bits = (1u << k_resource_count) - 1;
        return set;
    }
    constexpr void add(Resource r) { m_bits |= bit(r); }
    constexpr void add(ResourceSet other) { m_bits |= other.m_bits; }
    constexpr void remove(Resource r) { m_bits &= ~bit(r); }
    constexpr bool has(Resource r) const { return (m_bits & bit(r)) != 0; }
    constexpr bool has_all(ResourceSet other) const { return (m_bits & other.m_bits) == other.m_bits; }
    constexpr bool empty() const { return m_bits == 0; }
    constexpr bool operator==(const ResourceSet&) const = default;

private:
    static constexpr std::uint32_t bit(Resource r) { return 1u << static_cast<unsigned>(r); }
    std::uint32_t m_bits = 0;
};

/// How one kind is named and where the API serves it.
struct ResourceInfo {
    Resource resource;
    std::string_view kind, plural, singular, group, version;
    bool namespaced;
    std::span<const std::string_view> short_names;
};

std::span<const ResourceInfo> resource_table();
const ResourceInfo& info_of(Resource resource);
/// The typed resource of a kind, or null when it is one that kdiag does not read; the group must match (`""` is core).
const ResourceInfo* find_by_kind(std::string_view group, std::string_view kind);
/// `pods`, `pod`, `po`, `deployments.apps`, `deploy.v1.apps`: kubectl's TYPE for the kinds of the table, case ignored.
const ResourceInfo* find_by_word(std::string_view word);
/// `apps` of `apps/v1`, empty of `v1`.
std::string_view group_of(std::string_view api_version);

} // namespace kdiag::kube
