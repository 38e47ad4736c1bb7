// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "collect/byte_reader.hpp"

#include <algorithm>

namespace kdiag::fuzz {

/// Bytes in memory as a stream that gives at most so many at once.
class MemoryReader : public collect::ByteReader {
public:
    MemoryReader(std::string_view bytes, std::size_t most_at_once) : m_bytes(bytes), m_most(most_at_once) {}

    Result<std::size_t> read(char* buffer, std::size_t size) override {
        const std::size_t count = std::min({size, m_most, m_bytes.size()});
        std::copy_n(m_bytes.data(), count, buffer);
        m_bytes.remove_prefix(count);
        return count;
    }

private:
    std::string_view m_bytes;
    std::size_t m_most;
};

} // namespace kdiag::fuzz
