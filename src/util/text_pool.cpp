// SPDX-License-Identifier: Apache-2.0
#include "util/text_pool.hpp"

#include <cstring>

namespace kdiag {

namespace {
constexpr std::size_t k_block_size = 64 * 1024;
}

char* TextPool::allocate(std::size_t size) {
    if (size > k_block_size / 4) { // a long text gets a block of its own, so that the current one is not wasted
        m_blocks.push_back(std::make_unique_for_overwrite<char[]>(size));
        m_bytes += size;
        return m_blocks.back().get();
    }
    if (size > m_left) {
        m_blocks.push_back(std::make_unique_for_overwrite<char[]>(k_block_size));
        m_bytes += k_block_size;
        m_next = m_blocks.back().get();
        m_left = k_block_size;
    }
    char* place = m_next;
    m_next += size;
    m_left -= size;
    return place;
}

std::string_view TextPool::keep(std::string_view text) {
    if (text.empty()) return {};
    char* place = allocate(text.size());
    std::memcpy(place, text.data(), text.size());
    return {place, text.size()};
}

std::string_view TextPool::intern(std::string_view text) {
    if (text.empty()) return {};
    if (auto found = m_interned.find(text); found != m_interned.end()) return *found;
    return *m_interned.insert(keep(text)).first;
}

void TextPool::adopt(TextPool&& other) {
    for (auto& block : other.m_blocks) m_blocks.push_back(std::move(block));
    m_bytes += other.m_bytes;
    other = TextPool();
}

} // namespace kdiag
