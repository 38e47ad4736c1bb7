// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/list.hpp"
#include "util/timestamp.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

namespace kdiag::kube {

/// A view into the TextPool of the snapshot that holds the object.
using Text = std::string_view;
/// In the order of the wire, which is sorted by key for maps that the API server wrote.
using TextMap = List<std::pair<Text, Text>>;
using TextList = List<Text>;
/// An absent object is null: most optional parts of most objects are absent, and so cost one pointer.
template <class T> using Optional = std::unique_ptr<T>;

/// An optional object that siblings share: pods of one workload repeat their probes byte for byte.
template <class T> using Shared = std::shared_ptr<T>;

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
    List<OwnerReference> owners;
    TextList finalizers;
    /// Paths in last-applied-configuration that no field of the type has, such as `spec.template.spec.containers[0].commnd`.
    TextList unknown_fields;

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
inline const Condition* find_condition(const List<Condition>& conditions, Text type) {
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
    TextList values;
};

/// metav1.LabelSelector; empty and present selects everything.
struct LabelSelector {
    TextMap match_labels;
    List<LabelRequirement> match_expressions;
    bool empty() const { return match_labels.empty() && match_expressions.empty(); }
};

} // namespace kdiag::kube
