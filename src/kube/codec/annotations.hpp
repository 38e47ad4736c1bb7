// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/meta.hpp"
#include "util/text_pool.hpp"

#include <string_view>

namespace kdiag::kube {

inline constexpr std::string_view k_last_applied = "kubectl.kubernetes.io/last-applied-configuration";

/// Whether a rule or a screen reads this annotation; all others are dropped while decoding.
bool is_kept_annotation(std::string_view key);

/// Compares last-applied-configuration with the fields that its kind has, and notes the paths of those it has not: the API server
/// dropped them without a word.
void note_unknown_fields(std::string_view last_applied, ObjectMeta& meta, TextPool& pool);

} // namespace kdiag::kube
