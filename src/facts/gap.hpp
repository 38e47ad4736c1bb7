// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kube/resource.hpp"

#include <string>
#include <string_view>

namespace kdiag::facts {

/// Why something could not be read; the words are those of `coverage.skipped[].reason`.
enum class GapReason { forbidden, timeout, unavailable, not_installed, limit, error };
std::string_view to_string(GapReason reason);

/// Something that was asked for and is not in the snapshot. Rules that need it are not run, and the report says so.
struct Gap {
    kube::Resource resource = kube::Resource::pods;
    GapReason reason = GapReason::error;
    std::string namespace_name = {}; ///< empty: every namespace
    std::string detail = {};         ///< `cannot list nodes`, `Pod/web-1: spec.containers: expected an array`
    /// One object is missing, the rest of its kind was read: rules run all the same.
    bool partial = false;
};

} // namespace kdiag::facts
