// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"

#include <string>
#include <vector>

namespace kdiag::rules::network {

/// Labels that nearly meet a selector: what it wants, and what the object has instead.
struct NearLabel {
    std::string wanted, found; ///< `app=fronted`, `app=frontend`
    kube::ObjectRef object;
};

/// The workloads and pods of a namespace whose labels are nearest to a selector, at most three: a value or a key within a typing error,
/// all other pairs met. Empty when nothing is near.
std::vector<NearLabel> nearest_labels(const facts::Snapshot& facts, std::string_view namespace_name, const kube::TextMap& selector);

} // namespace kdiag::rules::network
