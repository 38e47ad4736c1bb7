// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace kdiag {

/// Stores text for the life of the pool and hands out views into it. Not thread safe.
class TextPool {
public:
    TextPool() = default;
    TextPool(TextPool&&) = default;
    TextPool& operator=(TextPool&&) = default;

    /// One copy per distinct text: namespaces, labels, images, reasons.
    std::string_view intern(std::string_view text);
    /// Copies without looking for a twin: names, uids, messages.
    std::string_view keep(std::string_view text);
    /// Takes over another pool's texts: views into it stay valid as long as this pool.
    void adopt(TextPool&& other);
    /// Bytes held in blocks, for memory limits.
    std::size_t bytes() const { return m_bytes; }

private:
    char* allocate(std::size_t size);

    std::vector<std::unique_ptr<char[]>> m_blocks;
    char* m_next = nullptr;
    std::size_t m_left = 0;
    std::size_t m_bytes = 0;
    std::unordered_set<std::string_view> m_interned;
};

} // namespace kdiag
