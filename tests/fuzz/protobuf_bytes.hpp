// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kdiag::fuzz {

inline std::string varint(std::uint64_t number) {
    std::string bytes;
    for (; number >= 0x80; number >>= 7) bytes += static_cast<char>((number & 0x7f) | 0x80);
    return bytes + static_cast<char>(number);
}
/// A field that is a number.
inline std::string number(std::uint32_t field, std::int64_t value) {
    return varint(field << 3) + varint(static_cast<std::uint64_t>(value));
}
/// A field that is a text or a message.
inline std::string part(std::uint32_t field, std::string_view bytes) {
    return varint(field << 3 | 2) + varint(bytes.size()) + std::string(bytes);
}

} // namespace kdiag::fuzz
