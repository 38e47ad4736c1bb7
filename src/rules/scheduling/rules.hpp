// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "rules/scheduling/unscheduled.hpp"

namespace kdiag::rules::scheduling {

/// Whether what the pod lacks is a resource that no node offers at all (a device plugin that is missing, a misspelt name).
bool asks_for_absent_resource(const facts::Snapshot& facts, const Unscheduled& waiting);

} // namespace kdiag::rules::scheduling
