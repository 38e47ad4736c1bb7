// SPDX-License-Identifier: Apache-2.0
#include "facts/snapshot.hpp"

#include "kube/selector.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace kdiag::facts {

namespace {

/// Two texts as one key, without making a third.
struct Pair {
    std::string_view first, second;
    bool operator==(const Pair&) const = default;
};
struct PairHash {
    std::size_t operator()(const Pair& pair) const {
        const std::size_t h = std::hash<std::string_view>{}(pair.first);
        return h ^ (std::hash<std::string_view>{}(pair.second) + 0x9e3779b97f4a7c15ULL + (h << 6) + (h >> 2));
    }
};
template <class Value> using ByPair = std::unordered_map<Pair, Value, PairHash>;
template <class T> using Pointers = std::vector<const T*>;

/// The key of an owner: its uid, or its kind and name within the namespace where a recording dropped uids.
struct OwnerKey {
    std::string_view uid_or_kind, namespace_name, name;
    bool operator==(const OwnerKey&) const = default;
};
struct OwnerKeyHash {
    std::size_t operator()(const OwnerKey& key) const {
        return PairHash{}({key.uid_or_kind, key.name}) * 31 + std::hash<std::string_view>{}(key.namespace_name);
    }
};
template <class T> using ByOwner = std::unordered_map<OwnerKey, Pointers<T>, OwnerKeyHash>;

OwnerKey owner_key(const kube::OwnerReference& owner, std::string_view namespace_name) {
    if (!owner.uid.empty()) return {owner.uid, {}, {}};
    return {owner.kind, namespace_name, owner.name};
}

template <class T> void index_owners(const Objects<T>& objects, ByOwner<T>& index) {
    for (const T& object : objects)
        for (const auto& owner : object.meta.owners) index[owner_key(owner, object.meta.namespace_name)].push_back(&object);
}

template <class T> std::vector<const T*> owned_by(const ByOwner<T>& index, const kube::ObjectRef& owner) {
    if (!owner.uid.empty())
        if (auto found = index.find({owner.uid, {}, {}}); found != index.end()) return found->second;
    if (auto found = index.find({owner.kind, owner.namespace_name, owner.name}); found != index.end()) return found->second;
    return {};
}

template <class T> const Pointers<T>& in_namespace(const std::unordered_map<std::string_view, Pointers<T>>& index, std::string_view name) {
    static const Pointers<T> none;
    const auto found = index.find(name);
    return found == index.end() ? none : found->second;
}

} // namespace

struct Snapshot::Indexes {
    std::array<NameIndex, kube::k_resource_count> names;
    ByOwner<kube::Pod> pods_by_owner;
    ByOwner<kube::ReplicaSet> replica_sets_by_owner;
    ByOwner<kube::Job> jobs_by_owner;
    std::unordered_map<std::string_view, Pointers<kube::Pod>> pods_by_namespace, pods_by_node;
    std::unordered_map<std::string_view, Pointers<kube::Service>> services_by_namespace;
    /// Services by the pair of their selector that the fewest pods have, so that a pod looks at the few that may select it.
    std::unordered_map<std::string_view, ByPair<std::vector<std::uint32_t>>> services_by_label;
    /// Pods by one label pair, so that a selector looks at the pods of its rarest pair only.
    std::unordered_map<std::string_view, ByPair<Pointers<kube::Pod>>> pods_by_label;
    ByPair<Pointers<kube::EndpointSlice>> slices_by_service;
    std::unordered_map<OwnerKey, Pointers<kube::Event>, OwnerKeyHash> events_by_object;
    ByPair<std::vector<std::uint32_t>> logs_by_pod;

    /// A Service that selects no pod at all stands nowhere.
    void index_selectors(const Objects<kube::Service>& services) {
        for (std::uint32_t i = 0; i < services.size(); ++i) {
            const auto& meta = services[i].meta;
            const auto labels = pods_by_label.find(meta.namespace_name);
            if (labels == pods_by_label.end()) continue;
            const Pointers<kube::Pod>* fewest = nullptr;
            Pair rarest;
            for (const auto& [key, value] : services[i].spec.selector) {
                const auto found = labels->second.find({key, value});
                if (found == labels->second.end()) {
                    fewest = nullptr;
                    break;
                }
                if (fewest != nullptr && found->second.size() >= fewest->size()) continue;
                fewest = &found->second;
                rarest = {key, value};
            }
            if (fewest != nullptr) services_by_label[meta.namespace_name][rarest].push_back(i);
        }
    }
};

void Snapshot::IndexesDeleter::operator()(Indexes* indexes) const {
    delete indexes;
}

Snapshot::Snapshot(SnapshotParts parts) : m_parts(std::move(parts)), m_indexes(new Indexes) {
    std::apply(
        [&](const auto&... vectors) {
            const auto index_names = [&]<class T>(const Objects<T>& objects) {
                if constexpr (!std::is_same_v<T, kube::Event>) m_indexes->names[static_cast<std::size_t>(resource_of<T>())].build(objects);
            };
            (index_names(vectors), ...);
        },
        m_parts.objects);
    index_owners(all<kube::Pod>(), m_indexes->pods_by_owner);
    index_owners(all<kube::ReplicaSet>(), m_indexes->replica_sets_by_owner);
    index_owners(all<kube::Job>(), m_indexes->jobs_by_owner);
    for (const auto& pod : all<kube::Pod>()) {
        m_indexes->pods_by_namespace[pod.meta.namespace_name].push_back(&pod);
        if (!pod.spec.node_name.empty()) m_indexes->pods_by_node[pod.spec.node_name].push_back(&pod);
        auto& by_label = m_indexes->pods_by_label[pod.meta.namespace_name];
        for (const auto& [key, value] : pod.meta.labels) by_label[{key, value}].push_back(&pod);
    }
    for (const auto& pod : m_parts.other_pods)
        if (!pod.spec.node_name.empty()) m_indexes->pods_by_node[pod.spec.node_name].push_back(&pod);
    for (const auto& service : all<kube::Service>()) m_indexes->services_by_namespace[service.meta.namespace_name].push_back(&service);
    m_indexes->index_selectors(all<kube::Service>());
    for (const auto& slice : all<kube::EndpointSlice>()) {
        const auto service = kube::value_of(slice.meta.labels, "kubernetes.io/service-name");
        if (!service.empty()) m_indexes->slices_by_service[{slice.meta.namespace_name, service}].push_back(&slice);
    }
    for (const auto& event : all<kube::Event>()) {
        const auto& about = event.involved;
        m_indexes->events_by_object[{about.kind, about.namespace_name, about.name}].push_back(&event);
    }
    for (auto& [key, events] : m_indexes->events_by_object)
        std::stable_sort(events.begin(), events.end(), [](const auto* a, const auto* b) { return a->last_seen() < b->last_seen(); });
    for (std::uint32_t i = 0; i < m_parts.logs.size(); ++i)
        m_indexes->logs_by_pod[{m_parts.logs[i].namespace_name, m_parts.logs[i].pod}].push_back(i);
}

bool Snapshot::knows(kube::Resource resource) const {
    if (!m_parts.read.has(resource) || m_parts.partial.has(resource)) return false;
    return std::none_of(m_parts.gaps.begin(), m_parts.gaps.end(), [&](const Gap& gap) { return gap.resource == resource; });
}

const NameIndex& Snapshot::names_of(kube::Resource resource) const {
    return m_indexes->names[static_cast<std::size_t>(resource)];
}

std::vector<const kube::Pod*> Snapshot::pods_owned_by(const kube::ObjectRef& owner) const {
    return owned_by(m_indexes->pods_by_owner, owner);
}
std::vector<const kube::ReplicaSet*> Snapshot::replica_sets_owned_by(const kube::ObjectRef& owner) const {
    return owned_by(m_indexes->replica_sets_by_owner, owner);
}
std::vector<const kube::Job*> Snapshot::jobs_owned_by(const kube::ObjectRef& owner) const {
    return owned_by(m_indexes->jobs_by_owner, owner);
}

std::vector<const kube::Pod*> Snapshot::pods_of_workload(const kube::ObjectRef& workload) const {
    if (workload.kind == kube::Pod::k_kind) {
        const auto* pod = find<kube::Pod>(workload.namespace_name, workload.name);
        return pod ? std::vector{pod} : std::vector<const kube::Pod*>{};
    }
    auto pods = pods_owned_by(workload);
    const auto append = [&](const kube::ObjectRef& owner) {
        const auto more = pods_owned_by(owner);
        pods.insert(pods.end(), more.begin(), more.end());
    };
    for (const auto* set : replica_sets_owned_by(workload)) append(kube::ref_of(*set));
    for (const auto* job : jobs_owned_by(workload)) append(kube::ref_of(*job));
    return pods;
}

std::vector<const kube::Pod*> Snapshot::pods_on_node(std::string_view node) const {
    return in_namespace(m_indexes->pods_by_node, node);
}
std::span<const kube::Pod* const> Snapshot::pods_in(std::string_view namespace_name) const {
    return in_namespace(m_indexes->pods_by_namespace, namespace_name);
}
std::span<const kube::Service* const> Snapshot::services_in(std::string_view namespace_name) const {
    return in_namespace(m_indexes->services_by_namespace, namespace_name);
}

std::vector<const kube::Pod*> Snapshot::pods_matching(std::string_view namespace_name, const kube::TextMap& selector) const {
    const auto labels = m_indexes->pods_by_label.find(namespace_name);
    if (labels == m_indexes->pods_by_label.end()) return {};
    if (selector.empty()) {
        const auto pods = pods_in(namespace_name);
        return {pods.begin(), pods.end()};
    }
    const Pointers<kube::Pod>* rarest = nullptr;
    for (const auto& [key, value] : selector) {
        const auto found = labels->second.find({key, value});
        if (found == labels->second.end()) return {};
        if (!rarest || found->second.size() < rarest->size()) rarest = &found->second;
    }
    std::vector<const kube::Pod*> pods;
    for (const auto* pod : *rarest)
        if (kube::matches(selector, pod->meta.labels)) pods.push_back(pod);
    return pods;
}

std::vector<const kube::Pod*> Snapshot::pods_matching(std::string_view namespace_name, const kube::LabelSelector& selector) const {
    auto pods = pods_matching(namespace_name, selector.match_labels);
    std::erase_if(pods, [&](const kube::Pod* pod) { return !kube::matches(selector, pod->meta.labels); });
    return pods;
}

std::vector<const kube::Service*> Snapshot::services_selecting(const kube::Pod& pod) const {
    const auto labels = m_indexes->services_by_label.find(pod.meta.namespace_name);
    if (labels == m_indexes->services_by_label.end()) return {};
    std::vector<std::uint32_t> places;
    for (const auto& [key, value] : pod.meta.labels) {
        const auto found = labels->second.find({key, value});
        if (found == labels->second.end()) continue;
        for (const std::uint32_t place : found->second)
            if (kube::matches(all<kube::Service>()[place].spec.selector, pod.meta.labels)) places.push_back(place);
    }
    std::sort(places.begin(), places.end()); // the order of the snapshot
    places.erase(std::unique(places.begin(), places.end()), places.end()); // broken JSON may name a label twice
    std::vector<const kube::Service*> services;
    for (const std::uint32_t place : places) services.push_back(&all<kube::Service>()[place]);
    return services;
}

std::vector<const kube::EndpointSlice*> Snapshot::slices_of(const kube::Service& service) const {
    const auto found = m_indexes->slices_by_service.find({service.meta.namespace_name, service.meta.name});
    return found == m_indexes->slices_by_service.end() ? std::vector<const kube::EndpointSlice*>{} : found->second;
}

std::vector<const kube::Event*> Snapshot::events_of(std::string_view kind, std::string_view namespace_name, std::string_view name,
                                                    std::string_view uid) const {
    const auto found = m_indexes->events_by_object.find({kind, namespace_name, name});
    if (found == m_indexes->events_by_object.end()) return {};
    auto events = found->second;
    if (!uid.empty() && kind != kube::Node::k_kind) // node events carry the node's name as uid
        std::erase_if(events, [&](const kube::Event* event) { return !event->involved.uid.empty() && event->involved.uid != uid; });
    return events;
}

const ContainerLog* Snapshot::log_of(const kube::Pod& pod, std::string_view container, bool previous) const {
    const auto found = m_indexes->logs_by_pod.find({pod.meta.namespace_name, pod.meta.name});
    if (found == m_indexes->logs_by_pod.end()) return nullptr;
    for (std::uint32_t i : found->second)
        if (m_parts.logs[i].container == container && m_parts.logs[i].previous == previous) return &m_parts.logs[i];
    return nullptr;
}

const ContainerLog* Snapshot::log_of(const kube::Pod& pod, std::string_view container) const {
    const auto* previous = log_of(pod, container, true);
    return previous ? previous : log_of(pod, container, false);
}

kube::ObjectRef Snapshot::top_owner(const kube::Pod& pod) const {
    return top_owner(pod.meta, kube::Pod::k_kind);
}

kube::ObjectRef Snapshot::top_owner(const kube::ObjectMeta& meta, std::string_view kind) const {
    kube::ObjectRef top{.kind = std::string(kind), .namespace_name = std::string(meta.namespace_name), .name = std::string(meta.name), .uid = std::string(meta.uid)};
    const kube::OwnerReference* owner = meta.controller();
    for (int depth = 0; owner != nullptr && depth < 8; ++depth) { // a hostile recording may hold a cycle
        if (owner->kind == kube::Node::k_kind) break;             // a static pod is its own top
        top = {.kind = std::string(owner->kind), .namespace_name = top.namespace_name, .name = std::string(owner->name),
               .uid = std::string(owner->uid), .api_version = std::string(owner->api_version)};
        const kube::ObjectMeta* next = nullptr;
        if (owner->kind == kube::ReplicaSet::k_kind) {
            if (const auto* set = find<kube::ReplicaSet>(meta.namespace_name, owner->name)) next = &set->meta;
        } else if (owner->kind == kube::Job::k_kind) {
            if (const auto* job = find<kube::Job>(meta.namespace_name, owner->name)) next = &job->meta;
        }
        owner = next ? next->controller() : nullptr;
    }
    return top;
}

std::size_t Snapshot::object_count() const {
    return std::apply([](const auto&... vectors) { return (vectors.size() + ...); }, m_parts.objects) - all<kube::Event>().size();
}

Timestamp Snapshot::newest_time() const {
    Timestamp newest;
    const auto see = [&](Timestamp time) { newest = std::max(newest, time); };
    const auto see_conditions = [&](const kube::List<kube::Condition>& conditions) {
        for (const auto& condition : conditions) {
            see(condition.changed);
            see(condition.updated);
        }
    };
    std::apply([&](const auto&... vectors) { ([&] { for (const auto& object : vectors) see(object.meta.created); }(), ...); }, m_parts.objects);
    for (const auto& event : all<kube::Event>()) see(event.last_seen());
    for (const auto& node : all<kube::Node>()) see_conditions(node.status.conditions);
    for (const auto& deployment : all<kube::Deployment>()) see_conditions(deployment.status.conditions);
    for (const auto& pod : all<kube::Pod>()) {
        see_conditions(pod.status.conditions);
        see(pod.status.start_time);
        for (const auto* statuses : {&pod.status.container_statuses, &pod.status.init_container_statuses})
            for (const auto& status : *statuses)
                for (const auto* state : {&status.state, &status.last_state}) {
                    if (state->running) see(state->running->started_at);
                    if (state->terminated) see(state->terminated->finished_at);
                }
    }
    return newest;
}

} // namespace kdiag::facts
