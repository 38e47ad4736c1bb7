// SPDX-License-Identifier: Apache-2.0
#pragma once

// The only place that includes fmt; everything else says kdiag::format.
#include <fmt/format.h>

namespace kdiag {
using fmt::format;
using fmt::join;
} // namespace kdiag
