// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "facts/snapshot.hpp"

#include <string>

namespace kdiag::test {

/// The snapshot of a recorded file. `missing` resources are taken out and stand as forbidden in the gaps, as for a role without them.
facts::Snapshot snapshot_of(const std::string& path, kube::ResourceSet missing = {}, facts::Scope scope = {});

} // namespace kdiag::test
