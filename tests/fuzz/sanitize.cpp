// SPDX-License-Identifier: Apache-2.0
#include "targets.hpp"

#include "util/sanitize.hpp"
#include "util/text_width.hpp"

#include <algorithm>

namespace kdiag::fuzz {

namespace {

/// Decodes one character by RFC 3629; 0 bytes when there is none.
std::size_t utf8_at(std::string_view text, char32_t& c) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const unsigned char first = byte(0);
    const std::size_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (size == 0 || text.size() < size) return 0;
    c = size == 1 ? first : static_cast<char32_t>(first & (0x7f >> size));
    for (std::size_t i = 1; i < size; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
        c = c << 6 | (byte(i) & 0x3f);
    }
    const bool overlong = (size == 3 && c < 0x800) || (size == 4 && c < 0x10000);
    return overlong || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff ? 0 : size;
}

void check_safe(std::string_view text, bool lines) {
    while (!text.empty()) {
        char32_t c = 0;
        const auto size = utf8_at(text, c);
        promise(size > 0, "sanitised text is no UTF-8");
        const bool kept = lines && (c == '\n' || c == '\t');
        promise(kept || (c >= 0x20 && c != 0x7f && !(c >= 0x80 && c < 0xa0)), "sanitised text holds a control character");
        promise(!(c >= 0x202a && c <= 0x202e) && !(c >= 0x2066 && c <= 0x2069) && c != 0x200e && c != 0x200f && c != 0x61c, "sanitised text holds a bidi control");
        promise(c != 0x2028 && c != 0x2029, "sanitised text holds a line separator");
        text.remove_prefix(size);
    }
}

std::string without_blanks(std::string text) {
    std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\t'; });
    return text;
}

/// What is safe is then laid out: nothing may be lost by wrapping, or stand out after cutting.
void check_layout(const std::string& line, const std::string& block) {
    for (const std::size_t width : {1u, 2u, 5u, 40u}) {
        promise(display_width(cut_end(line, width)) <= width && display_width(cut_middle(line, width)) <= width, "a text is cut too late");
        promise(display_width(cut_end(line, width, true)) <= width && display_width(cut_middle(line, width, true)) <= width, "a text is cut too late for ASCII");
        promise(display_width(pad_right(line, width)) >= width, "a text is padded too little");
        std::string wrapped;
        for (const auto& part : wrap(block, width)) {
            promise(part.find('\n') == std::string::npos && display_width(part) <= std::max<std::size_t>(width, 2), "a line is too long");
            wrapped += part;
        }
        promise(without_blanks(wrapped) == without_blanks(block), "wrapping loses text");
    }
}

} // namespace

void fuzz_sanitize(std::string_view bytes) {
    const auto line = sanitize_line(bytes), block = sanitize_block(bytes);
    check_safe(line, false);
    check_safe(block, true);
    promise(sanitize_line(line) == line && sanitize_block(block) == block, "sanitising twice changes the text");
    promise(sanitize_line(block) == line, "a block as a line is another line");
    promise(line.size() >= bytes.size(), "sanitising loses text");
    if (bytes.size() < 1024) check_layout(line, block);
}

Seeds seeds_sanitize() {
    return {"plain text", "two\nlines\tand a tab", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "caf\xc3\xa9 \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80", "\xc2\x9b" "31m", "a\xe2\x80\xae" "b", "\xff\xfe\xc0\x80", "\xed\xa0\x80", "e\xcc\x81", "\r\b\x7f", std::string("nul\0inside", 10)};
}

} // namespace kdiag::fuzz
