// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/timestamp.hpp"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace kdiag::kube {

/// A view into the TextPool of the snapshot that holds the object.
using Text = std::string_view;
/// In the order of the wire, which is sorted by key for maps that the API server wrote.
using TextMap = std::vector<std::pair<Text, Text>>;
/// An absent object is null: most optional parts of most objects are absent, and so cost one pointer.
template <class T> using Optional = std::unique_ptr<T>;

/// An optional object that siblings share: pods of one workload repeat their probes byte for byte.
template <class T> using Shared = std::shared_ptr<T>;

/// A list that siblings share. Reads like a vector.
template <class T> class SharedList {
public:
    SharedList() = default;
    SharedList(std::initializer_list<T> values) : m_list(values.size() ? std::make_shared<std::vector<T>>(values) : nullptr) {}

    const T* begin() const { return m_list ? m_list->data() : nullptr; }
    const T* end() const { return m_list ? m_list->data() + m_list->size() : nullptr; }
    std::size_t size() const { return m_list ? m_list->size() : 0; }
    bool empty() const { return size() == 0; }
    const T& operator[](std::size_t index) const { return (*m_list)[index]; }
    const T& front() const { return m_list->front(); }

    /// What holds the elements; null when there are none. To fill and to share while decoding.
    std::shared_ptr<std::vector<T>>& storage() { return m_list; }

private:
    std::shared_ptr<std::vector<T>> m_list;
};

/// The value of a key, or an empty view.
inline Text value_of(const TextMap& map, Text key) {
    for (const auto& [k, v] : map)
        if (k == key) return v;
    return {};
}
inline bool has_key(const TextMap& map, Text key) {
    for (const auto& entry : map)
        if (entry.first == key) return true;
    return false;
}

struct OwnerReference {
    Text api_version, kind, name, uid;
    bool controller = false;
};

/// metav1.ObjectMeta without managedFields; of the annotations only those a rule reads.
struct ObjectMeta {
    Text name, namespace_name, uid;
    Timestamp created, deleted;
    std::optional<std::int64_t> deletion_grace_seconds;
    std::int64_t generation = 0;
    TextMap labels;
    TextMap annotations;
    std::vector<OwnerReference> owners;
    std::vector<Text> finalizers;
    /// Paths in last-applied-configuration that no field of the type has, such as `spec.template.spec.containers[0].commnd`.
    std::vector<Text> unknown_fields;

    const OwnerReference* controller() const {
        for (const auto& owner : owners)
            if (owner.controller) return &owner;
        return nullptr;
    }
};

/// The common shape of pod, node, workload and claim conditions.
struct Condition {
    Text type, status, reason, message;
    Timestamp changed; ///< lastTransitionTime
    Timestamp updated; ///< lastUpdateTime, lastHeartbeatTime or lastProbeTime
};

/// The condition of a type, or null.
inline const Condition* find_condition(const std::vector<Condition>& conditions, Text type) {
    for (const auto& condition : conditions)
        if (condition.type == type) return &condition;
    return nullptr;
}

struct IntOrString {
    Text text;
    std::int64_t number = 0;
    bool set = false;
    bool is_text() const { return !text.empty(); }
};

struct LabelRequirement {
    Text key, op; ///< In, NotIn, Exists, DoesNotExist, and Gt, Lt for nodes
    std::vector<Text> values;
};

/// metav1.LabelSelector; empty and present selects everything.
struct LabelSelector {
    TextMap match_labels;
    std::vector<LabelRequirement> match_expressions;
    bool empty() const { return match_labels.empty() && match_expressions.empty(); }
};

} // namespace kdiag::kube
