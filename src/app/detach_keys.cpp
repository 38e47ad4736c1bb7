// SPDX-License-Identifier: Apache-2.0
#include "app/detach_keys.hpp"

#include "util/format.hpp"
#include "util/strings.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

/// The byte of a key; -1: it is none. Control characters are the letter's last five bits.
int byte_of(std::string_view key) {
    if (key.size() == 1) return static_cast<unsigned char>(key.front());
    const std::string name = to_lower(key);
    if (!name.starts_with("ctrl-") || name.size() != 6) return -1;
    const char last = name.back();
    const bool is_control = (last >= 'a' && last <= 'z') || std::string_view("@[\\]^_").find(last) != std::string_view::npos;
    return is_control ? last & 0x1f : -1;
}

} // namespace

Result<DetachKeys> DetachKeys::parse(std::string_view text) {
    DetachKeys keys;
    if (text.empty()) return keys;
    for (const auto key : split(text, ',')) {
        const int byte = byte_of(key);
        if (byte < 0)
            return Error{.kind = ErrorKind::usage, .message = format("--detach-keys does not take `{}`", text), .help = {"keys are characters or ctrl-LETTER, as in ctrl-p,ctrl-q; an empty text: none"}};
        keys.m_keys += static_cast<char>(byte);
    }
    return keys;
}

DetachKeys::Typed DetachKeys::take(std::string_view bytes) {
    if (none()) return {.bytes = std::string(bytes)};
    std::string seen = m_keys.substr(0, m_matched) + std::string(bytes);
    if (const auto at = seen.find(m_keys); at != std::string::npos) {
        m_matched = 0;
        return {.bytes = seen.substr(0, at), .detached = true};
    }
    for (m_matched = std::min(m_keys.size() - 1, seen.size()); m_matched > 0; --m_matched)
        if (seen.ends_with(std::string_view(m_keys).substr(0, m_matched))) break;
    seen.resize(seen.size() - m_matched);
    return {.bytes = std::move(seen)};
}

} // namespace kdiag::app
