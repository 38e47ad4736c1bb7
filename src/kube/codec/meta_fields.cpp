// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/meta.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<OwnerReference>() {
    static constexpr Field fields[] = {
        field<&OwnerReference::api_version>("apiVersion"),
        field<&OwnerReference::controller>("controller"),
        field<&OwnerReference::kind>("kind"),
        field<&OwnerReference::name>("name"),
        field<&OwnerReference::uid>("uid"),
    };
    static constexpr StructType type{"OwnerReference", fields};
    return type;
}

template <> const StructType& type_of<ObjectMeta>() {
    static constexpr Field fields[] = {
        Field{"annotations", FieldKind::annotations, [](void* object) { return object; }},
        field<&ObjectMeta::created>("creationTimestamp"),
        field<&ObjectMeta::deletion_grace_seconds>("deletionGracePeriodSeconds"),
        field<&ObjectMeta::deleted>("deletionTimestamp"),
        field<&ObjectMeta::finalizers>("finalizers"),
        field<&ObjectMeta::generation>("generation"),
        field<&ObjectMeta::labels>("labels"),
        unique_field<&ObjectMeta::name>("name"),
        field<&ObjectMeta::namespace_name>("namespace"),
        field<&ObjectMeta::owners>("ownerReferences"),
        unique_field<&ObjectMeta::uid>("uid"),
    };
    static constexpr StructType type{"ObjectMeta", fields};
    return type;
}

template <> const StructType& type_of<Condition>() {
    static constexpr Field fields[] = {
        field<&Condition::updated>("lastHeartbeatTime"),
        field<&Condition::updated>("lastProbeTime"),
        field<&Condition::changed>("lastTransitionTime"),
        field<&Condition::updated>("lastUpdateTime"),
        field<&Condition::message>("message"),
        field<&Condition::reason>("reason"),
        field<&Condition::status>("status"),
        field<&Condition::type>("type"),
    };
    static constexpr StructType type{"Condition", fields};
    return type;
}

template <> const StructType& type_of<LabelRequirement>() {
    static constexpr Field fields[] = {
        field<&LabelRequirement::key>("key"),
        field<&LabelRequirement::op>("operator"),
        field<&LabelRequirement::values>("values"),
    };
    static constexpr StructType type{"LabelRequirement", fields};
    return type;
}

template <> const StructType& type_of<LabelSelector>() {
    static constexpr Field fields[] = {
        field<&LabelSelector::match_expressions>("matchExpressions"),
        field<&LabelSelector::match_labels>("matchLabels"),
    };
    static constexpr StructType type{"LabelSelector", fields};
    return type;
}

} // namespace kdiag::kube
