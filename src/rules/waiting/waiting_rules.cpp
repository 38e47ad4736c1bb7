// SPDX-License-Identifier: Apache-2.0
#include "rules/families.hpp"

#include <array>

namespace kdiag::rules {

namespace waiting {

extern const Rule k_image_not_found;
extern const Rule k_image_pull_unauthorised;
extern const Rule k_registry_unreachable;
extern const Rule k_image_wrong_platform;
extern const Rule k_invalid_image_name;
extern const Rule k_image_never_pull;
extern const Rule k_registry_rate_limit;
extern const Rule k_registry_unresolvable;
extern const Rule k_image_pull_failed;
extern const Rule k_configmap_missing;
extern const Rule k_secret_key_missing;
extern const Rule k_mount_failed;
extern const Rule k_secret_missing;
extern const Rule k_configmap_key_missing;
extern const Rule k_run_as_non_root;
extern const Rule k_container_config_error;
extern const Rule k_subpath_mount_error;
extern const Rule k_sandbox_failed;
extern const Rule k_container_create_failed;
extern const Rule k_creating_stalled;
extern const Rule k_claim_pending;
extern const Rule k_volume_in_use;
extern const Rule k_storage_class_missing;
extern const Rule k_claim_missing;
extern const Rule k_volume_attach_failed;
extern const Rule k_claim_lost;

} // namespace waiting

RuleList waiting_rules() {
    static const std::array rules = {
        &waiting::k_image_not_found,
        &waiting::k_image_pull_unauthorised,
        &waiting::k_registry_unreachable,
        &waiting::k_image_wrong_platform,
        &waiting::k_invalid_image_name,
        &waiting::k_image_never_pull,
        &waiting::k_registry_rate_limit,
        &waiting::k_registry_unresolvable,
        &waiting::k_image_pull_failed,
        &waiting::k_configmap_missing,
        &waiting::k_secret_key_missing,
        &waiting::k_mount_failed,
        &waiting::k_secret_missing,
        &waiting::k_configmap_key_missing,
        &waiting::k_run_as_non_root,
        &waiting::k_container_config_error,
        &waiting::k_subpath_mount_error,
        &waiting::k_sandbox_failed,
        &waiting::k_container_create_failed,
        &waiting::k_creating_stalled,
        &waiting::k_claim_pending,
        &waiting::k_volume_in_use,
        &waiting::k_storage_class_missing,
        &waiting::k_claim_missing,
        &waiting::k_volume_attach_failed,
        &waiting::k_claim_lost,
    };
    return rules;
}

} // namespace kdiag::rules
