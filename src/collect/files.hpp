// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/source.hpp"

#include <memory>
#include <string>

namespace kdiag::collect {

/// Recorded objects: `kubectl get -o json|yaml` output (one object, a List, several documents, NDJSON), a folder of such files, a
/// `cluster-info dump`, must-gather or support-bundle folder, a `.tar.gz` of any of these, or `-` for standard input.
/// Container logs are found beside them. An unreadable, empty or hopeless path is an Error; one bad object is a gap.
Result<std::unique_ptr<Source>> open_files(const std::string& path);

} // namespace kdiag::collect
