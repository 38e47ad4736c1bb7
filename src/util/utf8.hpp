// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace kdiag {

namespace detail {
bool is_utf8_beyond_ascii(std::string_view text);
}

/// Whether all of it is well-formed UTF-8 (RFC 3629: no surrogates, nothing overlong). Quick for ASCII.
inline bool is_utf8(std::string_view text) {
    std::size_t at = 0;
    for (std::uint64_t block = 0; at + sizeof block <= text.size(); at += sizeof block) {
        std::memcpy(&block, text.data() + at, sizeof block);
        if ((block & 0x8080808080808080u) != 0) return detail::is_utf8_beyond_ascii(text);
    }
    for (; at < text.size(); ++at)
        if ((static_cast<unsigned char>(text[at]) & 0x80u) != 0) return detail::is_utf8_beyond_ascii(text);
    return true;
}

/// Each byte that belongs to no character becomes U+FFFD, as Go does it when it writes JSON.
std::string repair_utf8(std::string_view text);

} // namespace kdiag
