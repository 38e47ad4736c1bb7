// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "data/value.hpp"
#include "util/result.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kdiag::app::debug {

/// What a debug container may do (kubectl/pkg/cmd/debug/profiles.go; KEP-1441).
enum class Profile { legacy, general, baseline, restricted, netadmin, sysadmin };

std::string_view to_string(Profile profile);
/// The word after --profile; nullopt for `auto`. Anything else is a usage error.
Result<std::optional<Profile>> parse_profile(const std::string& word);

/// Pod Security Standards, as the admission of a namespace enforces them.
enum class SecurityLevel { privileged, baseline, restricted };

std::string_view to_string(SecurityLevel level);
/// The label pod-security.kubernetes.io/enforce; absent: privileged, unless the cluster has another default, which only its answers tell.
/// A value that is none counts as restricted, as for the admission itself (pod-security-admission/api, ParseLevel).
SecurityLevel enforced_level(const data::Value& namespace_object);
/// The level that a refusal names: `violates PodSecurity "restricted:latest": ...`.
std::optional<SecurityLevel> level_in_denial(std::string_view message);

/// The profile of `auto`: what the level allows, and no more than looking needs: sysadmin is only for those who ask for it.
Profile profile_for(SecurityLevel level);
/// The least level under which a profile's containers are admitted.
SecurityLevel level_needed(Profile profile);

/// Changes `securityContext` of a container. `user`: who the target runs as, if that is known and not root; restricted containers run as
/// that user, else as 65532: without a number an image that says root or nothing would not be started.
void apply_to_container(Profile profile, data::Value& container, std::optional<std::int64_t> user);

/// What of a pod is kept in its copy.
struct KeptParts {
    bool labels = false, annotations = false, liveness = false, readiness = false, startup = false, init_containers = true;
};
/// Changes a copy of a pod around its debug container.
void apply_to_copy(Profile profile, data::Value& pod, const KeptParts& kept);
/// Changes the pod of a debug container on a node: the host's namespaces, and its files at /host.
void apply_to_node_pod(Profile profile, data::Value& pod);

/// A line for people when the pod's own user keeps the capabilities of a profile from working (kubectl#1650); empty otherwise.
std::string capability_warning(const data::Value& container, const data::Value& pod);

} // namespace kdiag::app::debug
