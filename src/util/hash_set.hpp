// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace kdiag {

/// Hashes that were seen, side by side in one table (open addressing): a node for each would cost more than the objects' names.
class HashSet {
public:
    /// False: it was there.
    bool insert(std::uint64_t hash) {
        if (hash == k_empty) return !std::exchange(m_has_empty, true);
        if (m_size * 2 >= m_slots.size()) grow();
        auto& slot = m_slots[place_of(hash)];
        if (slot == hash) return false;
        slot = hash;
        ++m_size;
        return true;
    }
    void clear() {
        m_slots = {};
        m_size = 0;
        m_has_empty = false;
    }

private:
    static constexpr std::uint64_t k_empty = 0;
    static constexpr std::uint64_t k_spread = 0x9e3779b97f4a7c15; // Fibonacci hashing (Knuth 6.4)

    /// Where the hash is, or would be.
    std::size_t place_of(std::uint64_t hash) const {
        const std::size_t mask = m_slots.size() - 1;
        auto at = static_cast<std::size_t>(hash * k_spread >> 32) & mask;
        while (m_slots[at] != k_empty && m_slots[at] != hash) at = (at + 1) & mask;
        return at;
    }
    void grow() {
        std::vector<std::uint64_t> before(m_slots.empty() ? 64 : m_slots.size() * 2, k_empty);
        before.swap(m_slots);
        for (const auto hash : before)
            if (hash != k_empty) m_slots[place_of(hash)] = hash;
    }

    std::vector<std::uint64_t> m_slots;
    std::size_t m_size = 0;
    bool m_has_empty = false; ///< which no slot can say
};

} // namespace kdiag
