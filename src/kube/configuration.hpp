// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

namespace kdiag::kube {

/// The keys of data and binaryData; values are dropped while decoding.
struct ConfigMap {
    static constexpr Text k_kind = "ConfigMap";
    ObjectMeta meta;
    TextList keys, binary_keys;
};
/// The keys of data; values are dropped while decoding.
struct Secret {
    static constexpr Text k_kind = "Secret";
    ObjectMeta meta;
    Text type;
    TextList keys;
};

struct LocalReference {
    Text name;
};
struct ServiceAccount {
    static constexpr Text k_kind = "ServiceAccount";
    ObjectMeta meta;
    List<LocalReference> image_pull_secrets;
};

struct ResourceQuotaStatus {
    TextMap hard, used;
};
struct ResourceQuota {
    static constexpr Text k_kind = "ResourceQuota";
    ObjectMeta meta;
    ResourceQuotaStatus status;
};

struct RuntimeClass {
    static constexpr Text k_kind = "RuntimeClass";
    ObjectMeta meta;
    Text handler;
};

} // namespace kdiag::kube
