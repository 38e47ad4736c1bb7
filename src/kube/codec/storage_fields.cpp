// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/common_fields.hpp"
#include "kube/storage.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<VolumeNodeAffinity::Required>();

namespace {

const StructType& required_type() {
    static constexpr Field fields[] = {field<&VolumeNodeAffinity::terms>("nodeSelectorTerms", 1)};
    static constexpr StructType type{"NodeSelector", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<ClaimResources>() {
    static constexpr Field fields[] = {
        quantity_field<&ClaimResources::requests>("requests", 2),
    };
    static constexpr StructType type{"VolumeResourceRequirements", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeClaimSpec>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeClaimSpec::access_modes>("accessModes", 1),
        field<&PersistentVolumeClaimSpec::resources>("resources", 2),
        field<&PersistentVolumeClaimSpec::selector>("selector", 4),
        field<&PersistentVolumeClaimSpec::storage_class_name>("storageClassName", 5),
        field<&PersistentVolumeClaimSpec::volume_mode>("volumeMode", 6),
        field<&PersistentVolumeClaimSpec::volume_name>("volumeName", 3),
    };
    static constexpr StructType type{"PersistentVolumeClaimSpec", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeClaimStatus>() {
    static constexpr Field fields[] = {
        quantity_field<&PersistentVolumeClaimStatus::capacity>("capacity", 3),
        field<&PersistentVolumeClaimStatus::conditions>("conditions", 4, &probed_condition),
        field<&PersistentVolumeClaimStatus::phase>("phase", 1),
    };
    static constexpr StructType type{"PersistentVolumeClaimStatus", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeClaim>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeClaim::meta>("metadata", 1),
        field<&PersistentVolumeClaim::spec>("spec", 2),
        field<&PersistentVolumeClaim::status>("status", 3),
    };
    static constexpr StructType type{"PersistentVolumeClaim", fields};
    return type;
}

template <> const StructType& type_of<ClaimReference>() {
    static constexpr Field fields[] = {
        unique_field<&ClaimReference::name>("name", 3),
        field<&ClaimReference::namespace_name>("namespace", 2),
        unique_field<&ClaimReference::uid>("uid", 4),
    };
    static constexpr StructType type{"ObjectReference", fields};
    return type;
}

template <> const StructType& type_of<LocalVolume>() {
    static constexpr Field fields[] = {
        field<&LocalVolume::path>("path", 1),
    };
    static constexpr StructType type{"LocalVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<VolumeNodeAffinity::Required>() {
    static constexpr Field fields[] = {
        field<&VolumeNodeAffinity::Required::match_expressions>("matchExpressions", 1),
    };
    static constexpr StructType type{"NodeSelectorTerm", fields};
    return type;
}

template <> const StructType& type_of<VolumeNodeAffinity>() {
    static constexpr Field fields[] = {
        inner_field("required", 1, &required_type),
    };
    static constexpr StructType type{"VolumeNodeAffinity", fields};
    return type;
}

namespace {

const StructType& volume_source() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeSpec::local>("local", 20),
    };
    static constexpr StructType type{"PersistentVolumeSource", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<PersistentVolumeSpec>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeSpec::access_modes>("accessModes", 3),
        quantity_field<&PersistentVolumeSpec::capacity>("capacity", 1),
        field<&PersistentVolumeSpec::claim_ref>("claimRef", 4),
        field<&PersistentVolumeSpec::node_affinity>("nodeAffinity", 9),
        field<&PersistentVolumeSpec::reclaim_policy>("persistentVolumeReclaimPolicy", 5),
        embedded_field(2, &volume_source),
        field<&PersistentVolumeSpec::storage_class_name>("storageClassName", 6),
    };
    static constexpr StructType type{"PersistentVolumeSpec", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeStatus>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeStatus::message>("message", 2),
        field<&PersistentVolumeStatus::phase>("phase", 1),
        field<&PersistentVolumeStatus::reason>("reason", 3),
    };
    static constexpr StructType type{"PersistentVolumeStatus", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolume>() {
    static constexpr Field fields[] = {
        field<&PersistentVolume::meta>("metadata", 1),
        field<&PersistentVolume::spec>("spec", 2),
        field<&PersistentVolume::status>("status", 3),
    };
    static constexpr StructType type{"PersistentVolume", fields};
    return type;
}

template <> const StructType& type_of<StorageClass>() {
    static constexpr Field fields[] = {
        field<&StorageClass::meta>("metadata", 1),
        field<&StorageClass::provisioner>("provisioner", 2),
        field<&StorageClass::reclaim_policy>("reclaimPolicy", 4),
        field<&StorageClass::volume_binding_mode>("volumeBindingMode", 7),
    };
    static constexpr StructType type{"StorageClass", fields};
    return type;
}

} // namespace kdiag::kube
