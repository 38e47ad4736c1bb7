// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/recording.hpp"
#include "facts/wanted_logs.hpp"

#include <vector>

namespace kdiag::collect {

/// Reads the logs of some containers from a recording: `NAME.logs/POD/CONTAINER[.previous].log` (beside NAME.json too), the logs.txt of
/// `cluster-info dump`, the files of must-gather and support bundles. Only the last `lines` of each are kept, at most 64 KiB.
Result<std::vector<facts::ContainerLog>> read_recorded_logs(const Recording& recording, const std::vector<facts::LogTarget>& targets, std::size_t lines);

/// The last whole lines of a text: at most `lines`, at most 64 KiB.
std::string last_lines(std::string_view text, std::size_t lines);

} // namespace kdiag::collect
