// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"

#include <span>
#include <string>
#include <unordered_set>

namespace kdiag::facts {

/// Keys (ObjectRef::key) of objects, everything they depend on (pods, nodes, claims, ConfigMaps, ...) and everything that depends
/// on them (owners, Services, Ingresses, autoscalers). Neighbours that merely share a dependency are left out.
std::unordered_set<std::string> related_to(const Snapshot& facts, std::span<const kube::ObjectRef> targets);

} // namespace kdiag::facts
