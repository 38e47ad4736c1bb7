// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::kube {

struct KnownField {
    bool exists = false;
    std::string_view type = {}; ///< of the field's value or elements, where its fields are known; else empty
};

/// Whether the fields of a type (`Deployment`, `Container`) are known at all.
bool is_known_type(std::string_view type);
/// A field of a type. Of an unknown type every field exists: nothing can be said against it.
KnownField find_known_field(std::string_view type, std::string_view field);
/// All fields of a type, to find the one that was meant.
std::vector<std::string> known_field_names(std::string_view type);

} // namespace kdiag::kube
