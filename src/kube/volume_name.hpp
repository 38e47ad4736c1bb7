// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <string_view>

namespace kdiag::kube {

/// The volume that the API server adds to each pod for its service account's token has this name and five random characters
/// (plugin/pkg/admission/serviceaccount, ServiceAccountVolumeName). They are dropped while decoding: nothing refers to them but the pod
/// itself, and without them the pods of one workload have the same containers and volumes.
inline constexpr std::string_view k_token_volume = "kube-api-access-";
inline constexpr std::size_t k_token_volume_random = 5;

/// Whether a text goes on with the random part of a token volume's name (apimachinery util/rand's alphabet).
inline bool begins_with_random_part(std::string_view text) {
    constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
    return text.size() >= k_token_volume_random &&
           std::all_of(text.begin(), text.begin() + k_token_volume_random, [&](char c) { return alphabet.find(c) != std::string_view::npos; });
}

/// A volume's name as snapshots hold it: `kube-api-access` for every token volume, others as they are.
inline std::string_view volume_name(std::string_view name) {
    const bool token = name.size() == k_token_volume.size() + k_token_volume_random && name.starts_with(k_token_volume) &&
                       begins_with_random_part(name.substr(k_token_volume.size()));
    return token ? name.substr(0, k_token_volume.size() - 1) : name;
}

} // namespace kdiag::kube
