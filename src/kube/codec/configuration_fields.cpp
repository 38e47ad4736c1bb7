// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/field.hpp"
#include "kube/configuration.hpp"

namespace kdiag::kube {

template <> const StructType& type_of<ConfigMap>() {
    static constexpr Field fields[] = {
        keys_field<&ConfigMap::binary_keys>("binaryData", 3),
        keys_field<&ConfigMap::keys>("data", 2),
        field<&ConfigMap::meta>("metadata", 1),
    };
    static constexpr StructType type{"ConfigMap", fields};
    return type;
}

template <> const StructType& type_of<Secret>() {
    static constexpr Field fields[] = {
        keys_field<&Secret::keys>("data", 2),
        field<&Secret::meta>("metadata", 1),
        field<&Secret::type>("type", 3),
    };
    static constexpr StructType type{"Secret", fields};
    return type;
}

template <> const StructType& type_of<LocalReference>() {
    static constexpr Field fields[] = {
        field<&LocalReference::name>("name", 1),
    };
    static constexpr StructType type{"LocalObjectReference", fields};
    return type;
}

template <> const StructType& type_of<ServiceAccount>() {
    static constexpr Field fields[] = {
        field<&ServiceAccount::image_pull_secrets>("imagePullSecrets", 3),
        field<&ServiceAccount::meta>("metadata", 1),
    };
    static constexpr StructType type{"ServiceAccount", fields};
    return type;
}

template <> const StructType& type_of<ResourceQuotaStatus>() {
    static constexpr Field fields[] = {
        quantity_field<&ResourceQuotaStatus::hard>("hard", 1),
        quantity_field<&ResourceQuotaStatus::used>("used", 2),
    };
    static constexpr StructType type{"ResourceQuotaStatus", fields};
    return type;
}

template <> const StructType& type_of<ResourceQuota>() {
    static constexpr Field fields[] = {
        field<&ResourceQuota::meta>("metadata", 1),
        field<&ResourceQuota::status>("status", 3),
    };
    static constexpr StructType type{"ResourceQuota", fields};
    return type;
}

template <> const StructType& type_of<RuntimeClass>() {
    static constexpr Field fields[] = {
        field<&RuntimeClass::handler>("handler", 2),
        field<&RuntimeClass::meta>("metadata", 1),
    };
    static constexpr StructType type{"RuntimeClass", fields};
    return type;
}

} // namespace kdiag::kube
