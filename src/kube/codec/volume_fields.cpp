// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/pod.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<EphemeralVolume>() {
    static constexpr StructType type{"EphemeralVolumeSource", {}};
    return type;
}

template <> const StructType& type_of<KeyToPath>() {
    static constexpr Field fields[] = {
        field<&KeyToPath::key>("key", 1),
        field<&KeyToPath::path>("path", 2),
    };
    static constexpr StructType type{"KeyToPath", fields};
    return type;
}

namespace {

const StructType& config_map_name() {
    static constexpr Field fields[] = {
        field<&ConfigMapVolume::name>("name", 1),
    };
    static constexpr StructType type{"LocalObjectReference", fields};
    return type;
}

} // namespace

// ConfigMapProjection and SecretProjection have the same fields under the same numbers.
template <> const StructType& type_of<ConfigMapVolume>() {
    static constexpr Field fields[] = {
        field<&ConfigMapVolume::items>("items", 2),
        embedded_field(1, &config_map_name),
        field<&ConfigMapVolume::optional>("optional", 4),
    };
    static constexpr StructType type{"ConfigMapVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<SecretVolume>() {
    static constexpr Field fields[] = {
        field<&SecretVolume::items>("items", 2),
        field<&SecretVolume::optional>("optional", 4),
        field<&SecretVolume::secret_name>("secretName", 1),
    };
    static constexpr StructType type{"SecretVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<ClaimVolume>() {
    static constexpr Field fields[] = {
        field<&ClaimVolume::claim_name>("claimName", 1),
        field<&ClaimVolume::read_only>("readOnly", 2),
    };
    static constexpr StructType type{"PersistentVolumeClaimVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<HostPathVolume>() {
    static constexpr Field fields[] = {
        field<&HostPathVolume::path>("path", 1),
        field<&HostPathVolume::type>("type", 2),
    };
    static constexpr StructType type{"HostPathVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<EmptyDirVolume>() {
    static constexpr Field fields[] = {
        field<&EmptyDirVolume::medium>("medium", 1),
        quantity_field<&EmptyDirVolume::size_limit>("sizeLimit", 2),
    };
    static constexpr StructType type{"EmptyDirVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<CsiVolume>() {
    static constexpr Field fields[] = {
        field<&CsiVolume::driver>("driver", 1),
    };
    static constexpr StructType type{"CSIVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<NfsVolume>() {
    static constexpr Field fields[] = {
        field<&NfsVolume::path>("path", 2),
        field<&NfsVolume::server>("server", 1),
    };
    static constexpr StructType type{"NFSVolumeSource", fields};
    return type;
}

template <> const StructType& type_of<ServiceAccountTokenProjection>() {
    static constexpr Field fields[] = {
        field<&ServiceAccountTokenProjection::audience>("audience", 1),
    };
    static constexpr StructType type{"ServiceAccountTokenProjection", fields};
    return type;
}

template <> const StructType& type_of<VolumeProjection>() {
    static constexpr Field fields[] = {
        field<&VolumeProjection::config_map>("configMap", 3),
        field<&VolumeProjection::secret>("secret", 1),
        field<&VolumeProjection::service_account_token>("serviceAccountToken", 4),
    };
    static constexpr StructType type{"VolumeProjection", fields};
    return type;
}

template <> const StructType& type_of<ProjectedVolume>() {
    static constexpr Field fields[] = {
        field<&ProjectedVolume::sources>("sources", 1),
    };
    static constexpr StructType type{"ProjectedVolumeSource", fields};
    return type;
}

namespace {

const StructType& volume_source() {
    static constexpr Field fields[] = {
        field<&Volume::config_map>("configMap", 19),
        field<&Volume::csi>("csi", 28),
        field<&Volume::empty_dir>("emptyDir", 2),
        field<&Volume::ephemeral>("ephemeral", 29),
        field<&Volume::host_path>("hostPath", 1),
        field<&Volume::nfs>("nfs", 7),
        field<&Volume::persistent_volume_claim>("persistentVolumeClaim", 10),
        field<&Volume::projected>("projected", 26),
        field<&Volume::secret>("secret", 6),
    };
    static constexpr StructType type{"VolumeSource", fields};
    return type;
}

} // namespace

template <> const StructType& type_of<Volume>() {
    static constexpr Field fields[] = {
        volume_name_field<&Volume::name>("name", 1),
        embedded_field(2, &volume_source),
    };
    static constexpr StructType type{"Volume", fields};
    return type;
}

} // namespace kdiag::kube
