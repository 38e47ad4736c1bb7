// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/gap.hpp"
#include "facts/name_index.hpp"
#include "facts/objects.hpp"
#include "kube/object_ref.hpp"
#include "util/text_pool.hpp"

#include <memory>
#include <span>
#include <string>
#include <vector>

namespace kdiag::facts {

/// The last lines of one container's log.
struct ContainerLog {
    std::string namespace_name, pod, container;
    bool previous = false; ///< of the instance before the current one
    std::string text;      ///< at most 64 KiB, whole lines, the newest last
};

/// What the snapshot was asked to hold.
struct Scope {
    bool all_namespaces = true;
    std::string namespace_name = {};
};

/// What is being filled; `finish` turns it into a Snapshot.
struct SnapshotParts {
    TextPool pool;
    ObjectVectors objects;
    /// Pods of other namespaces, read only for what they take from nodes.
    std::vector<kube::Pod> other_pods;
    std::vector<ContainerLog> logs;
    std::vector<Gap> gaps;
    kube::ResourceSet read;    ///< what was read (whole or partial)
    kube::ResourceSet partial; ///< read, but single objects only: absence says nothing
    Scope scope;
};

/// Everything that is known about the cluster at one moment. Immutable, indexed once; rules see nothing else.
class Snapshot {
public:
    explicit Snapshot(SnapshotParts parts);
    Snapshot(Snapshot&&) noexcept = default;
    Snapshot& operator=(Snapshot&&) noexcept = default;

    template <class T> const Objects<T>& all() const { return std::get<Objects<T>>(m_parts.objects); }
    /// The object of a name (namespace "" for cluster kinds), or null. Null says "absent" only if `knows<T>()`.
    template <class T> const T* find(std::string_view namespace_name, std::string_view name) const {
        return names_of(resource_of<T>()).find(all<T>(), namespace_name, name);
    }
    /// Whether all objects of the kind in scope were read, so that absence is a fact.
    template <class T> bool knows() const { return knows(resource_of<T>()); }
    bool knows(kube::Resource resource) const;
    bool was_read(kube::Resource resource) const { return m_parts.read.has(resource); }

    /// Direct children by owner uid, or by kind and name where a recording dropped the uids.
    std::vector<const kube::Pod*> pods_owned_by(const kube::ObjectRef& owner) const;
    std::vector<const kube::ReplicaSet*> replica_sets_owned_by(const kube::ObjectRef& owner) const;
    std::vector<const kube::Job*> jobs_owned_by(const kube::ObjectRef& owner) const;
    /// All pods below a workload, through ReplicaSets and Jobs.
    std::vector<const kube::Pod*> pods_of_workload(const kube::ObjectRef& workload) const;
    std::vector<const kube::Pod*> pods_on_node(std::string_view node) const;
    /// Pods of a namespace whose labels hold every pair.
    std::vector<const kube::Pod*> pods_matching(std::string_view namespace_name, const kube::TextMap& selector) const;
    std::vector<const kube::Pod*> pods_matching(std::string_view namespace_name, const kube::LabelSelector& selector) const;
    std::vector<const kube::Service*> services_selecting(const kube::Pod& pod) const;
    std::vector<const kube::EndpointSlice*> slices_of(const kube::Service& service) const;
    std::span<const kube::Pod* const> pods_in(std::string_view namespace_name) const;
    std::span<const kube::Service* const> services_in(std::string_view namespace_name) const;

    /// Events about one object, oldest first. Events of an earlier object of the same name (another uid) are left out.
    std::vector<const kube::Event*> events_of(std::string_view kind, std::string_view namespace_name, std::string_view name,
                                              std::string_view uid = {}) const;
    template <class T> std::vector<const kube::Event*> events_of(const T& object) const {
        return events_of(T::k_kind, object.meta.namespace_name, object.meta.name, object.meta.uid);
    }
    /// The newest event of a reason about an object, or null.
    template <class T> const kube::Event* last_event(const T& object, std::string_view reason) const {
        const kube::Event* last = nullptr;
        for (const kube::Event* event : events_of(object))
            if (event->reason == reason) last = event;
        return last;
    }

    /// The log of a container, the previous instance's if there is one; null when it was not read.
    const ContainerLog* log_of(const kube::Pod& pod, std::string_view container) const;
    const ContainerLog* log_of(const kube::Pod& pod, std::string_view container, bool previous) const;

    /// The controller at the top: the Deployment behind a ReplicaSet, the CronJob behind a Job; the pod itself when it has none.
    kube::ObjectRef top_owner(const kube::Pod& pod) const;
    kube::ObjectRef top_owner(const kube::ObjectMeta& meta, std::string_view kind) const;

    const std::vector<kube::Pod>& other_pods() const { return m_parts.other_pods; }
    const std::vector<Gap>& gaps() const { return m_parts.gaps; }
    const Scope& scope() const { return m_parts.scope; }
    std::span<const ContainerLog> logs() const { return m_parts.logs; }
    std::size_t object_count() const;
    /// The newest time in any object, to judge recordings at.
    Timestamp newest_time() const;

private:
    struct Indexes;
    struct IndexesDeleter {
        void operator()(Indexes* indexes) const;
    };
    const NameIndex& names_of(kube::Resource resource) const;

    SnapshotParts m_parts;
    std::unique_ptr<Indexes, IndexesDeleter> m_indexes;
};

} // namespace kdiag::facts
