// SPDX-License-Identifier: Apache-2.0
#include "collect/memory_limit.hpp"

#include <cstdio>
#include <unistd.h>

namespace kdiag::collect {

namespace {

/// The indexes of a snapshot and what the rules find take about a fifth of what the objects take.
constexpr std::uint64_t share_for_reading(std::uint64_t most) {
    return most - most / 5;
}

} // namespace

std::uint64_t resident_memory() {
    std::FILE* file = std::fopen("/proc/self/statm", "re");
    if (file == nullptr) return 0;
    unsigned long long total = 0, resident = 0;
    const bool read = std::fscanf(file, "%llu %llu", &total, &resident) == 2;
    std::fclose(file);
    return read ? resident * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
}

bool MemoryLimit::forbids(std::size_t bytes) {
    if (m_most == 0) return false;
    if (m_reached.load(std::memory_order_relaxed)) return true;
    const auto before = m_since_look.fetch_add(bytes, std::memory_order_relaxed);
    if (before + bytes < k_between_looks) return false;
    m_since_look.store(0, std::memory_order_relaxed);
    if (m_used() <= share_for_reading(m_most)) return false;
    m_reached.store(true, std::memory_order_relaxed);
    return true;
}

} // namespace kdiag::collect
