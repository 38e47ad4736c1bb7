// SPDX-License-Identifier: Apache-2.0
// One target as a libFuzzer program; KDIAG_FUZZ_TARGET is its name.
#include "targets.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const auto* target = kdiag::fuzz::find_target(KDIAG_FUZZ_TARGET);
    try {
        target->run({reinterpret_cast<const char*>(data), size});
    } catch (const std::exception& exception) { // libFuzzer keeps the input of what aborts
        std::fprintf(stderr, "%s: %s\n", KDIAG_FUZZ_TARGET, exception.what());
        std::abort();
    }
    return 0;
}
