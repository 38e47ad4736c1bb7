// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/storage.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<VolumeNodeAffinity::Required>();

namespace {

const StructType& required_type() {
    static constexpr Field fields[] = {field<&VolumeNodeAffinity::terms>("nodeSelectorTerms")};
    static constexpr StructType type{"VolumeNodeSelector", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<ClaimResources>() {
    static constexpr Field fields[] = {
        field<&ClaimResources::requests>("requests"),
    };
    static constexpr StructType type{"ClaimResources", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeClaimSpec>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeClaimSpec::access_modes>("accessModes"),
        field<&PersistentVolumeClaimSpec::resources>("resources"),
        field<&PersistentVolumeClaimSpec::selector>("selector"),
        field<&PersistentVolumeClaimSpec::storage_class_name>("storageClassName"),
        field<&PersistentVolumeClaimSpec::volume_mode>("volumeMode"),
        field<&PersistentVolumeClaimSpec::volume_name>("volumeName"),
    };
    static constexpr StructType type{"PersistentVolumeClaimSpec", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeClaimStatus>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeClaimStatus::capacity>("capacity"),
        field<&PersistentVolumeClaimStatus::conditions>("conditions"),
        field<&PersistentVolumeClaimStatus::phase>("phase"),
    };
    static constexpr StructType type{"PersistentVolumeClaimStatus", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeClaim>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeClaim::meta>("metadata"),
        field<&PersistentVolumeClaim::spec>("spec"),
        field<&PersistentVolumeClaim::status>("status"),
    };
    static constexpr StructType type{"PersistentVolumeClaim", fields};
    return type;
}

template <> const StructType& type_of<ClaimReference>() {
    static constexpr Field fields[] = {
        unique_field<&ClaimReference::name>("name"),
        field<&ClaimReference::namespace_name>("namespace"),
        unique_field<&ClaimReference::uid>("uid"),
    };
    static constexpr StructType type{"ClaimReference", fields};
    return type;
}

template <> const StructType& type_of<LocalVolume>() {
    static constexpr Field fields[] = {
        field<&LocalVolume::path>("path"),
    };
    static constexpr StructType type{"LocalVolume", fields};
    return type;
}

template <> const StructType& type_of<VolumeNodeAffinity::Required>() {
    static constexpr Field fields[] = {
        field<&VolumeNodeAffinity::Required::match_expressions>("matchExpressions"),
    };
    static constexpr StructType type{"Required", fields};
    return type;
}

template <> const StructType& type_of<VolumeNodeAffinity>() {
    static constexpr Field fields[] = {
        inner_field("required", &required_type),
    };
    static constexpr StructType type{"VolumeNodeAffinity", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeSpec>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeSpec::access_modes>("accessModes"),
        field<&PersistentVolumeSpec::capacity>("capacity"),
        field<&PersistentVolumeSpec::claim_ref>("claimRef"),
        field<&PersistentVolumeSpec::local>("local"),
        field<&PersistentVolumeSpec::node_affinity>("nodeAffinity"),
        field<&PersistentVolumeSpec::reclaim_policy>("persistentVolumeReclaimPolicy"),
        field<&PersistentVolumeSpec::storage_class_name>("storageClassName"),
    };
    static constexpr StructType type{"PersistentVolumeSpec", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolumeStatus>() {
    static constexpr Field fields[] = {
        field<&PersistentVolumeStatus::message>("message"),
        field<&PersistentVolumeStatus::phase>("phase"),
        field<&PersistentVolumeStatus::reason>("reason"),
    };
    static constexpr StructType type{"PersistentVolumeStatus", fields};
    return type;
}

template <> const StructType& type_of<PersistentVolume>() {
    static constexpr Field fields[] = {
        field<&PersistentVolume::meta>("metadata"),
        field<&PersistentVolume::spec>("spec"),
        field<&PersistentVolume::status>("status"),
    };
    static constexpr StructType type{"PersistentVolume", fields};
    return type;
}

template <> const StructType& type_of<StorageClass>() {
    static constexpr Field fields[] = {
        field<&StorageClass::meta>("metadata"),
        field<&StorageClass::provisioner>("provisioner"),
        field<&StorageClass::reclaim_policy>("reclaimPolicy"),
        field<&StorageClass::volume_binding_mode>("volumeBindingMode"),
    };
    static constexpr StructType type{"StorageClass", fields};
    return type;
}

} // namespace kdiag::kube
