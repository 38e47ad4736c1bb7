// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/configuration.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ConfigMap>() {
    static constexpr Field fields[] = {
        keys_field<&ConfigMap::binary_keys>("binaryData"),
        keys_field<&ConfigMap::keys>("data"),
        field<&ConfigMap::meta>("metadata"),
    };
    static constexpr StructType type{"ConfigMap", fields};
    return type;
}

template <> const StructType& type_of<Secret>() {
    static constexpr Field fields[] = {
        keys_field<&Secret::keys>("data"),
        field<&Secret::meta>("metadata"),
        field<&Secret::type>("type"),
    };
    static constexpr StructType type{"Secret", fields};
    return type;
}

template <> const StructType& type_of<LocalReference>() {
    static constexpr Field fields[] = {
        field<&LocalReference::name>("name"),
    };
    static constexpr StructType type{"LocalReference", fields};
    return type;
}

template <> const StructType& type_of<ServiceAccount>() {
    static constexpr Field fields[] = {
        field<&ServiceAccount::image_pull_secrets>("imagePullSecrets"),
        field<&ServiceAccount::meta>("metadata"),
    };
    static constexpr StructType type{"ServiceAccount", fields};
    return type;
}

template <> const StructType& type_of<ResourceQuotaStatus>() {
    static constexpr Field fields[] = {
        field<&ResourceQuotaStatus::hard>("hard"),
        field<&ResourceQuotaStatus::used>("used"),
    };
    static constexpr StructType type{"ResourceQuotaStatus", fields};
    return type;
}

template <> const StructType& type_of<ResourceQuota>() {
    static constexpr Field fields[] = {
        field<&ResourceQuota::meta>("metadata"),
        field<&ResourceQuota::status>("status"),
    };
    static constexpr StructType type{"ResourceQuota", fields};
    return type;
}

template <> const StructType& type_of<RuntimeClass>() {
    static constexpr Field fields[] = {
        field<&RuntimeClass::handler>("handler"),
        field<&RuntimeClass::meta>("metadata"),
    };
    static constexpr StructType type{"RuntimeClass", fields};
    return type;
}

} // namespace kdiag::kube
