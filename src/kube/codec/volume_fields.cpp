// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/pod.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<EphemeralVolume>() {
    static constexpr StructType type{"EphemeralVolume", {}};
    return type;
}

template <> const StructType& type_of<KeyToPath>() {
    static constexpr Field fields[] = {
        field<&KeyToPath::key>("key"),
        field<&KeyToPath::path>("path"),
    };
    static constexpr StructType type{"KeyToPath", fields};
    return type;
}

template <> const StructType& type_of<ConfigMapVolume>() {
    static constexpr Field fields[] = {
        field<&ConfigMapVolume::items>("items"),
        field<&ConfigMapVolume::name>("name"),
        field<&ConfigMapVolume::optional>("optional"),
    };
    static constexpr StructType type{"ConfigMapVolume", fields};
    return type;
}

template <> const StructType& type_of<SecretVolume>() {
    static constexpr Field fields[] = {
        field<&SecretVolume::items>("items"),
        field<&SecretVolume::optional>("optional"),
        field<&SecretVolume::secret_name>("secretName"),
    };
    static constexpr StructType type{"SecretVolume", fields};
    return type;
}

template <> const StructType& type_of<ClaimVolume>() {
    static constexpr Field fields[] = {
        field<&ClaimVolume::claim_name>("claimName"),
        field<&ClaimVolume::read_only>("readOnly"),
    };
    static constexpr StructType type{"ClaimVolume", fields};
    return type;
}

template <> const StructType& type_of<HostPathVolume>() {
    static constexpr Field fields[] = {
        field<&HostPathVolume::path>("path"),
        field<&HostPathVolume::type>("type"),
    };
    static constexpr StructType type{"HostPathVolume", fields};
    return type;
}

template <> const StructType& type_of<EmptyDirVolume>() {
    static constexpr Field fields[] = {
        field<&EmptyDirVolume::medium>("medium"),
        field<&EmptyDirVolume::size_limit>("sizeLimit"),
    };
    static constexpr StructType type{"EmptyDirVolume", fields};
    return type;
}

template <> const StructType& type_of<CsiVolume>() {
    static constexpr Field fields[] = {
        field<&CsiVolume::driver>("driver"),
    };
    static constexpr StructType type{"CsiVolume", fields};
    return type;
}

template <> const StructType& type_of<NfsVolume>() {
    static constexpr Field fields[] = {
        field<&NfsVolume::path>("path"),
        field<&NfsVolume::server>("server"),
    };
    static constexpr StructType type{"NfsVolume", fields};
    return type;
}

template <> const StructType& type_of<ServiceAccountTokenProjection>() {
    static constexpr Field fields[] = {
        field<&ServiceAccountTokenProjection::audience>("audience"),
    };
    static constexpr StructType type{"ServiceAccountTokenProjection", fields};
    return type;
}

template <> const StructType& type_of<VolumeProjection>() {
    static constexpr Field fields[] = {
        field<&VolumeProjection::config_map>("configMap"),
        field<&VolumeProjection::secret>("secret"),
        field<&VolumeProjection::service_account_token>("serviceAccountToken"),
    };
    static constexpr StructType type{"VolumeProjection", fields};
    return type;
}

template <> const StructType& type_of<ProjectedVolume>() {
    static constexpr Field fields[] = {
        field<&ProjectedVolume::sources>("sources"),
    };
    static constexpr StructType type{"ProjectedVolume", fields};
    return type;
}

template <> const StructType& type_of<Volume>() {
    static constexpr Field fields[] = {
        field<&Volume::config_map>("configMap"),
        field<&Volume::csi>("csi"),
        field<&Volume::empty_dir>("emptyDir"),
        field<&Volume::ephemeral>("ephemeral"),
        field<&Volume::host_path>("hostPath"),
        field<&Volume::name>("name"),
        field<&Volume::nfs>("nfs"),
        field<&Volume::persistent_volume_claim>("persistentVolumeClaim"),
        field<&Volume::projected>("projected"),
        field<&Volume::secret>("secret"),
    };
    static constexpr StructType type{"Volume", fields};
    return type;
}

} // namespace kdiag::kube
