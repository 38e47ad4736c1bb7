// SPDX-License-Identifier: Apache-2.0
#include "step_count.hpp"

namespace {

thread_local std::uint64_t g_steps = 0;

} // namespace

/// Called by the compiler at the start of each basic block (-fsanitize-coverage=trace-pc).
extern "C" void __sanitizer_cov_trace_pc() {
    ++g_steps;
}

namespace kdiag::test {

std::uint64_t steps() {
    return g_steps;
}

} // namespace kdiag::test
