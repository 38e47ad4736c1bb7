// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace kdiag::collect {

/// The memory of this process that is in use, from /proc/self/statm (proc(5)); 0 where there is none.
std::uint64_t resident_memory();

/// Says when reading has to stop for lack of memory. What is read is judged afterwards, which takes some too, so it ends before all is used.
/// Several threads may ask.
class MemoryLimit {
public:
    /// `most` bytes, 0: no limit.
    explicit MemoryLimit(std::uint64_t most, std::function<std::uint64_t()> used = resident_memory) : m_most(most), m_used(std::move(used)) {}

    std::uint64_t most() const { return m_most; }
    /// Whether an object of this many bytes is one too many; once it was, all are. Looks at the process once for every half MiB.
    bool forbids(std::size_t bytes);

private:
    std::uint64_t m_most;
    std::function<std::uint64_t()> m_used;
    static constexpr std::uint64_t k_between_looks = 512 * 1024;
    std::atomic<std::uint64_t> m_since_look = k_between_looks; ///< bytes of objects; the first one looks
    std::atomic<bool> m_reached = false;
};

} // namespace kdiag::collect
