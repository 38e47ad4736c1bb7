// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::rules::waiting {

/// A ConfigMap or Secret that the kubelet does not find, or a key that it lacks.
struct MissingObject {
    std::string kind; ///< ConfigMap or Secret
    std::string name; ///< empty where the message names only the key
    std::string key;  ///< empty: the object itself
};

/// What a message of the kubelet names as missing; a projected volume names several at once. Kubernetes 1.20 to 1.37:
/// `configmap "x" not found`, `couldn't find key k in Secret ns/x`, `references non-existent config key: k`.
std::vector<MissingObject> read_missing(std::string_view message);

/// What the kubelet says while its own caches fill, which as a rule passes: `object "ns"/"x" not registered`,
/// `failed to sync configmap cache: timed out waiting for the condition`, `services have not yet been read at least once`.
bool is_cache_trouble(std::string_view message);

} // namespace kdiag::rules::waiting
