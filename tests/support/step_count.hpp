// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace kdiag::test {

/// Basic blocks of kdiag's own code that this thread has run so far, of layers built with KDIAG_COUNT_STEPS. Unlike times they repeat.
std::uint64_t steps();

} // namespace kdiag::test
