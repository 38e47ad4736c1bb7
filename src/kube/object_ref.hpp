// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <string>
#include <string_view>

namespace kdiag::kube {

/// Names one object, or one container of it; owns its text, so it outlives the snapshot.
struct ObjectRef {
    std::string kind = {};
    std::string namespace_name = {};
    std::string name = {};
    std::string container = {};
    std::string uid = {};
    std::string api_version = {};

    bool empty() const { return kind.empty(); }
    /// `Pod/web-1`, as people write it.
    std::string display() const { return kind + "/" + name; }
    /// Kind, namespace and name; the container and the uid don't make another object.
    std::string key() const { return kind + '\0' + namespace_name + '\0' + name; }
};

template <class T> ObjectRef ref_of(const T& object) {
    return {.kind = std::string(T::k_kind),
            .namespace_name = std::string(object.meta.namespace_name),
            .name = std::string(object.meta.name),
            .uid = std::string(object.meta.uid)};
}

} // namespace kdiag::kube
