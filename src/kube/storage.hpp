// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"

namespace kdiag::kube {

struct ClaimResources {
    TextMap requests;
};
struct PersistentVolumeClaimSpec {
    Text volume_name, volume_mode;
    std::optional<Text> storage_class_name; ///< "" is not the same as absent: it asks for no class
    TextList access_modes;
    ClaimResources resources;
    Optional<LabelSelector> selector;
};
struct PersistentVolumeClaimStatus {
    Text phase;
    TextMap capacity;
    List<Condition> conditions;
};
struct PersistentVolumeClaim {
    static constexpr Text k_kind = "PersistentVolumeClaim";
    ObjectMeta meta;
    PersistentVolumeClaimSpec spec;
    PersistentVolumeClaimStatus status;
};

struct ClaimReference {
    Text namespace_name, name, uid;
};
struct LocalVolume {
    Text path;
};
struct VolumeNodeAffinity {
    struct Required {
        List<LabelRequirement> match_expressions;
    };
    List<Required> terms; ///< required.nodeSelectorTerms, any of which may match
};
struct PersistentVolumeSpec {
    TextMap capacity;
    TextList access_modes;
    Text storage_class_name, reclaim_policy;
    Optional<ClaimReference> claim_ref;
    Optional<LocalVolume> local;
    Optional<VolumeNodeAffinity> node_affinity;
};
struct PersistentVolumeStatus {
    Text phase, reason, message;
};
struct PersistentVolume {
    static constexpr Text k_kind = "PersistentVolume";
    ObjectMeta meta;
    PersistentVolumeSpec spec;
    PersistentVolumeStatus status;
};

struct StorageClass {
    static constexpr Text k_kind = "StorageClass";
    ObjectMeta meta;
    Text provisioner, volume_binding_mode, reclaim_policy;
};

} // namespace kdiag::kube
