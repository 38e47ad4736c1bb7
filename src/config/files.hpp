// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/result.hpp"

#include <string>

namespace kdiag::config {

/// A small file whole (at most 16 MiB). Absent, unreadable, a folder or too large: a config error; `what` names its role.
Result<std::string> read_small_file(const std::string& path, const std::string& what);
bool file_exists(const std::string& path);
/// `path` as seen from `folder`.
std::string resolve_path(const std::string& path, const std::string& folder);

} // namespace kdiag::config
