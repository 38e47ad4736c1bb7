// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

namespace kdiag::fuzz {

namespace {

#define KD_FUZZ_ROW(name) Target{#name, fuzz_##name, seeds_##name},
constexpr Target k_targets[] = {KD_FUZZ_TARGETS(KD_FUZZ_ROW)};
#undef KD_FUZZ_ROW

} // namespace

std::span<const Target> all_targets() {
    return k_targets;
}

const Target* find_target(std::string_view name) {
    for (const auto& target : k_targets)
        if (target.name == name) return &target;
    return nullptr;
}

} // namespace kdiag::fuzz
