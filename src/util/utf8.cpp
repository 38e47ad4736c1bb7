// SPDX-License-Identifier: Apache-2.0
#include "util/utf8.hpp"

#include <utf8proc.h>

namespace kdiag {

namespace {

/// The bytes of the first character, or 0 when they are none.
std::size_t size_of_first(std::string_view text) {
    utf8proc_int32_t code = 0;
    const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &code);
    return size > 0 ? static_cast<std::size_t>(size) : 0;
}

} // namespace

bool detail::is_utf8_beyond_ascii(std::string_view text) {
    while (!text.empty()) {
        const std::size_t size = size_of_first(text);
        if (size == 0) return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string repair_utf8(std::string_view text) {
    std::string repaired;
    while (!text.empty()) {
        const std::size_t size = size_of_first(text);
        repaired += size == 0 ? std::string_view("\xef\xbf\xbd") : text.substr(0, size);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return repaired;
}

} // namespace kdiag
