// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/common_fields.hpp"
#include "kube/meta.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<OwnerReference>() {
    static constexpr Field fields[] = {
        field<&OwnerReference::api_version>("apiVersion", 5),
        field<&OwnerReference::controller>("controller", 6),
        field<&OwnerReference::kind>("kind", 1),
        field<&OwnerReference::name>("name", 3),
        field<&OwnerReference::uid>("uid", 4),
    };
    static constexpr StructType type{"OwnerReference", fields};
    return type;
}

template <> const StructType& type_of<ObjectMeta>() {
    static constexpr Field fields[] = {
        Field{"annotations", 12, FieldKind::annotations, [](void* object) { return object; }},
        field<&ObjectMeta::created>("creationTimestamp", 8),
        field<&ObjectMeta::deletion_grace_seconds>("deletionGracePeriodSeconds", 10),
        field<&ObjectMeta::deleted>("deletionTimestamp", 9),
        field<&ObjectMeta::finalizers>("finalizers", 14),
        field<&ObjectMeta::generation>("generation", 7),
        shared_field<&ObjectMeta::labels>("labels", 11),
        unique_field<&ObjectMeta::name>("name", 1),
        field<&ObjectMeta::namespace_name>("namespace", 3),
        shared_field<&ObjectMeta::owners>("ownerReferences", 13),
        unique_field<&ObjectMeta::uid>("uid", 5),
    };
    static constexpr StructType type{"ObjectMeta", fields};
    return type;
}

namespace {

/// `type` and `status` are 1 and 2 everywhere. `updated`: what the message calls the time of its last update, if it has one.
template <std::uint8_t Changed, std::uint8_t Reason, std::uint8_t Message> constexpr auto condition_fields(std::string_view updated, std::uint8_t updated_number) {
    return std::array{
        field<&Condition::changed>("lastTransitionTime", Changed), field<&Condition::updated>(updated, updated_number),
        field<&Condition::message>("message", Message),            field<&Condition::reason>("reason", Reason),
        field<&Condition::status>("status", 2),                    field<&Condition::type>("type", 1),
    };
}

/// Without a time of the last update.
template <std::uint8_t Changed, std::uint8_t Reason, std::uint8_t Message> constexpr auto condition_fields() {
    return std::array{
        field<&Condition::changed>("lastTransitionTime", Changed), field<&Condition::message>("message", Message), field<&Condition::reason>("reason", Reason),
        field<&Condition::status>("status", 2),                    field<&Condition::type>("type", 1),
    };
}

} // namespace

const StructType& condition() {
    static constexpr auto fields = condition_fields<4, 5, 6>();
    static constexpr StructType type{"Condition", fields};
    return type;
}

const StructType& probed_condition() {
    static constexpr auto fields = condition_fields<4, 5, 6>("lastProbeTime", 3);
    static constexpr StructType type{"PodCondition", fields};
    return type;
}

const StructType& node_condition() {
    static constexpr auto fields = condition_fields<4, 5, 6>("lastHeartbeatTime", 3);
    static constexpr StructType type{"NodeCondition", fields};
    return type;
}

const StructType& deployment_condition() {
    static constexpr auto fields = condition_fields<7, 4, 5>("lastUpdateTime", 6);
    static constexpr StructType type{"DeploymentCondition", fields};
    return type;
}

const StructType& workload_condition() {
    static constexpr auto fields = condition_fields<3, 4, 5>();
    static constexpr StructType type{"ReplicaSetCondition", fields};
    return type;
}

template <> const StructType& type_of<LabelRequirement>() {
    static constexpr Field fields[] = {
        field<&LabelRequirement::key>("key", 1),
        field<&LabelRequirement::op>("operator", 2),
        field<&LabelRequirement::values>("values", 3),
    };
    static constexpr StructType type{"LabelSelectorRequirement", fields};
    return type;
}

template <> const StructType& type_of<LabelSelector>() {
    static constexpr Field fields[] = {
        field<&LabelSelector::match_expressions>("matchExpressions", 2),
        field<&LabelSelector::match_labels>("matchLabels", 1),
    };
    static constexpr StructType type{"LabelSelector", fields};
    return type;
}

} // namespace kdiag::kube
