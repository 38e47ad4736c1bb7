// SPDX-License-Identifier: Apache-2.0
#include "util/sanitize.hpp"

#include "util/format.hpp"

#include <utf8proc.h>

#include <algorithm>

namespace kdiag {

namespace {

bool is_bidi_control(utf8proc_int32_t c) {
    return (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c;
}

void append_visible(std::string& out, utf8proc_int32_t c, std::string_view bytes, bool keep_lines) {
    if (c == '\n') {
        out += keep_lines ? '\n' : ' ';
    } else if (c == '\t') {
        out += keep_lines ? '\t' : ' ';
    } else if (c < 0x20) {
        out += '^';
        out += static_cast<char>(c + '@');
    } else if (c == 0x7f) {
        out += "^?";
    } else if (c >= 0x80 && c <= 0x9f) {
        out += format("\\x{:02x}", c);
    } else if (is_bidi_control(c) || c == 0x2028 || c == 0x2029) {
        out += format("<U+{:04X}>", c);
    } else {
        out += bytes;
    }
}

std::string sanitize(std::string_view text, bool keep_lines) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        utf8proc_int32_t c = -1;
        const auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()), static_cast<utf8proc_ssize_t>(text.size()), &c);
        if (size <= 0) {
            out += format("\\x{:02x}", static_cast<unsigned char>(text[0]));
            text.remove_prefix(1);
            continue;
        }
        append_visible(out, c, text.substr(0, static_cast<std::size_t>(size)), keep_lines);
        text.remove_prefix(static_cast<std::size_t>(size));
    }
    return out;
}

/// The length of the SGR sequence that a text starts with: ESC [ digits, semicolons and colons, m. 0: it starts with none.
std::size_t color_length(std::string_view text) {
    if (!text.starts_with("\x1b[")) return 0;
    const auto end = text.find_first_not_of("0123456789;:", 2);
    return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

/// The length of the run of bytes that need no look: printable ASCII.
std::size_t plain_length(std::string_view text) {
    std::size_t length = 0;
    while (length < text.size() && text[length] >= 0x20 && text[length] < 0x7f) ++length;
    return length;
}

} // namespace

std::string sanitize_log(std::string_view text, bool colors) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        std::size_t length = plain_length(text);
        if (length == 0 && text[0] == '\t') length = 1;
        if (length > 0) {
            out += text.substr(0, length);
        } else if (length = color_length(text); length > 0) {
            if (colors) out += text.substr(0, length);
        } else {
            length = 1;
            while (length < text.size() && text[length] != '\x1b' && text[length] != '\t' && plain_length(text.substr(length, 1)) == 0) ++length;
            out += sanitize_line(text.substr(0, length));
        }
        text.remove_prefix(length);
    }
    return out;
}

std::string without_colors(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto length = color_length(text);
        const auto next = length > 0 ? length : std::min(text.find('\x1b', 1), text.size());
        if (length == 0) out += text.substr(0, next);
        text.remove_prefix(next);
    }
    return out;
}

std::string sanitize_line(std::string_view text) {
    return sanitize(text, false);
}

std::string sanitize_block(std::string_view text) {
    return sanitize(text, true);
}

} // namespace kdiag
