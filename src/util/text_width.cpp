// SPDX-License-Identifier: Apache-2.0
#include "util/text_width.hpp"

#include <algorithm>
#include <utf8proc.h>

namespace kdiag {

namespace {

/// One grapheme cluster: its bytes and its columns.
struct Cluster {
    std::string_view bytes;
    std::size_t width = 0;
};

std::vector<Cluster> clusters_of(std::string_view text) {
    std::vector<Cluster> clusters;
    utf8proc_int32_t previous = -1, state = 0;
    std::size_t at = 0;
    while (at < text.size()) {
        utf8proc_int32_t c = -1;
        auto size = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data() + at), static_cast<utf8proc_ssize_t>(text.size() - at), &c);
        if (size <= 0) { // an invalid byte shows as one replacement character
            size = 1;
            c = 0xfffd;
        }
        const auto bytes = static_cast<std::size_t>(size);
        const auto width = static_cast<std::size_t>(std::max(0, utf8proc_charwidth(c)));
        const bool starts = previous < 0 || utf8proc_grapheme_break_stateful(previous, c, &state);
        if (starts)
            clusters.push_back({text.substr(at, bytes), width});
        else
            clusters.back() = {{clusters.back().bytes.data(), clusters.back().bytes.size() + bytes}, std::max(clusters.back().width, width)};
        previous = c;
        at += bytes;
    }
    return clusters;
}

bool is_ascii(std::string_view text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
}

constexpr std::string_view ellipsis(bool ascii) {
    return ascii ? "..." : "\u2026";
}

} // namespace

std::size_t display_width(std::string_view text) {
    if (is_ascii(text)) return text.size();
    std::size_t width = 0;
    for (const auto& cluster : clusters_of(text)) width += cluster.width;
    return width;
}

std::string cut_end(std::string_view text, std::size_t width, bool ascii) {
    if (display_width(text) <= width) return std::string(text);
    const std::size_t mark = ascii ? 3 : 1;
    if (width < mark) return std::string(width, '.');
    std::string result;
    std::size_t used = 0;
    for (const auto& cluster : clusters_of(text)) {
        if (used + cluster.width > width - mark) break;
        result += cluster.bytes;
        used += cluster.width;
    }
    return result.append(ellipsis(ascii));
}

std::string cut_middle(std::string_view text, std::size_t width, bool ascii) {
    if (display_width(text) <= width) return std::string(text);
    const std::size_t mark = ascii ? 3 : 1;
    if (width < mark + 2) return cut_end(text, width, ascii);
    const auto clusters = clusters_of(text);
    const std::size_t head_width = (width - mark + 1) / 2;
    std::string head, tail;
    std::size_t used = 0, first = 0, last = clusters.size();
    while (first < last && used + clusters[first].width <= head_width) {
        used += clusters[first].width;
        head += clusters[first++].bytes;
    }
    while (last > first && used + clusters[last - 1].width <= width - mark) {
        used += clusters[--last].width;
        tail.insert(0, clusters[last].bytes);
    }
    return head.append(ellipsis(ascii)) + tail;
}

std::string pad_right(std::string_view text, std::size_t width) {
    const std::size_t own = display_width(text);
    std::string result(text);
    if (own < width) result.append(width - own, ' ');
    return result;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) {
    width = std::max<std::size_t>(width, 1);
    std::vector<std::string> lines(1);
    std::size_t used = 0;
    const auto break_line = [&] {
        while (!lines.back().empty() && lines.back().back() == ' ') lines.back().pop_back();
        lines.emplace_back();
        used = 0;
    };
    std::string word;
    std::size_t word_width = 0;
    const auto put_word = [&] {
        if (used > 0 && used + word_width > width) break_line();
        for (const auto& cluster : clusters_of(word)) { // a word longer than a line is broken where it must be
            if (used > 0 && used + cluster.width > width) break_line();
            lines.back() += cluster.bytes;
            used += cluster.width;
        }
        word.clear();
        word_width = 0;
    };
    for (const auto& cluster : clusters_of(text)) {
        if (cluster.bytes == "\n" || cluster.bytes == "\r\n") {
            put_word();
            break_line();
        } else if (cluster.bytes == " ") {
            put_word();
            if (used > 0 && used < width) {
                lines.back() += ' ';
                ++used;
            } else if (used == 0 && lines.back().empty() && lines.size() == 1) {
                lines.back() += ' '; // indentation of the first line stays
                ++used;
            }
        } else {
            word += cluster.bytes;
            word_width += cluster.width;
        }
    }
    put_word();
    while (!lines.back().empty() && lines.back().back() == ' ') lines.back().pop_back();
    return lines;
}

} // namespace kdiag
