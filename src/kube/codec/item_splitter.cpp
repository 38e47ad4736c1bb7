// SPDX-License-Identifier: Apache-2.0
#include "kube/codec/item_splitter.hpp"

#include "util/format.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace kdiag::kube {

namespace {

constexpr std::size_t k_block = 64;

bool is_blank(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

/// Each bit becomes the xor of itself and all below it: from quotes to "inside a string".
std::uint64_t prefix_xor(std::uint64_t bits) {
    for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
    return bits;
}

} // namespace

ItemSplitter::ItemSplitter(SplitterEvents events, std::size_t max_item) : m_events(std::move(events)), m_max_item(max_item) {}

char* ItemSplitter::space(std::size_t wanted) {
    if (m_keep > 0 && m_buffer.size() < m_size + wanted + k_json_padding) compact();
    if (m_buffer.size() < m_size + wanted + k_json_padding) m_buffer.resize(std::max(m_size + wanted + k_json_padding, m_buffer.size() * 3 / 2));
    return m_buffer.data() + m_size;
}

Status ItemSplitter::commit(std::size_t bytes) {
    m_size += bytes;
    return scan(false);
}

Status ItemSplitter::push(std::string_view bytes) {
    if (bytes.empty()) return {};
    std::memcpy(space(bytes.size()), bytes.data(), bytes.size());
    return commit(bytes.size());
}

/// The last block is padded with blanks, which what comes next overwrites.
void ItemSplitter::pad() {
    space(k_block);
    std::memset(m_buffer.data() + m_size, ' ', k_block);
}

Status ItemSplitter::flush() {
    if (m_scanned == m_size) return {};
    pad();
    return scan(true);
}

Status ItemSplitter::finish() {
    pad();
    KD_TRY(scan(true));
    if (m_depth > 0 || m_in_string != 0) return error_at(m_size, "the input ends in the middle of an object");
    const auto rest = std::find_if_not(m_buffer.begin() + static_cast<std::ptrdiff_t>(m_keep), m_buffer.begin() + static_cast<std::ptrdiff_t>(m_size), is_blank);
    const auto at = static_cast<std::size_t>(rest - m_buffer.begin());
    if (at < m_size) return not_json(at);
    return {};
}

void ItemSplitter::compact() {
    std::memmove(m_buffer.data(), m_buffer.data() + m_keep, m_size - m_keep);
    m_offset += m_keep;
    m_size -= m_keep;
    m_scanned -= m_keep;
    m_keep = 0;
}

ItemSplitter::Masks ItemSplitter::classify(const char* block) {
    Masks masks{};
#ifdef __SSE2__
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\'), fold = _mm_set1_epi8(0x20), open = _mm_set1_epi8('{'), close = _mm_set1_epi8('}');
    for (int part = 0; part < 4; ++part) {
        const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(block + part * 16));
        const __m128i folded = _mm_or_si128(bytes, fold); // [ and ] become { and }
        const auto bits = [&](__m128i mask) { return static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(mask))) << (part * 16); };
        masks.quotes |= bits(_mm_cmpeq_epi8(bytes, quote));
        masks.backslashes |= bits(_mm_cmpeq_epi8(bytes, backslash));
        masks.opens |= bits(_mm_cmpeq_epi8(folded, open));
        masks.closes |= bits(_mm_cmpeq_epi8(folded, close));
    }
#else
    for (std::size_t i = 0; i < k_block; ++i) {
        const std::uint64_t bit = std::uint64_t{1} << i;
        const char c = block[i];
        if (c == '"') masks.quotes |= bit;
        if (c == '\\') masks.backslashes |= bit;
        if ((c | 0x20) == '{') masks.opens |= bit;
        if ((c | 0x20) == '}') masks.closes |= bit;
    }
#endif
    return masks;
}

std::uint64_t ItemSplitter::unescaped_quotes(const Masks& masks, std::size_t length) {
    if (masks.backslashes == 0 && !m_escaped) return masks.quotes;
    const std::uint64_t last = std::uint64_t{1} << (length - 1);
    std::uint64_t escaped = m_escaped ? 1 : 0;
    std::uint64_t escaping = masks.backslashes & ~escaped;
    m_escaped = false;
    while (escaping != 0) {
        const std::uint64_t backslash = escaping & (~escaping + 1);
        m_escaped = backslash == last;
        escaped |= backslash << 1;
        escaping &= ~(backslash | backslash << 1); // what is escaped escapes nothing
    }
    return masks.quotes & ~escaped;
}

Status ItemSplitter::scan(bool at_end) {
    while (m_scanned + k_block <= m_size || (at_end && m_scanned < m_size)) {
        const std::size_t length = std::min(k_block, m_size - m_scanned);
        KD_TRY(scan_block(m_scanned, length));
        m_scanned += length;
        if (m_dropping) m_keep = m_scanned;
    }
    if (m_depth > 0 && !m_dropping && m_size - m_keep > m_max_item) {
        if (m_list_depth == 0 || m_depth <= m_list_depth) return error_at(m_size, format("an object is larger than {} MiB", m_max_item >> 20));
        if (m_events.on_oversized) m_events.on_oversized(m_size - m_keep);
        m_dropping = true;
    }
    if (m_depth == 0 && m_scanned > m_keep) { // what stands between documents has to be blank
        std::size_t at = m_keep;
        if (m_offset + at == 0 && m_scanned < 3 && m_buffer[0] == '\xef') return {}; // a byte order mark in pieces
        if (m_offset + at == 0 && m_scanned >= 3 && std::memcmp(m_buffer.data(), "\xef\xbb\xbf", 3) == 0) at += 3;
        while (at < m_scanned && is_blank(m_buffer[at])) ++at;
        if (at < m_scanned) return not_json(at);
        m_keep = at;
    }
    return {};
}

Status ItemSplitter::scan_block(std::size_t base, std::size_t length) {
    const Masks masks = classify(m_buffer.data() + base);
    const std::uint64_t strings = prefix_xor(unescaped_quotes(masks, length)) ^ m_in_string;
    const std::uint64_t valid = length == k_block ? ~std::uint64_t{0} : (std::uint64_t{1} << length) - 1;
    std::uint64_t brackets = (masks.opens | masks.closes) & ~strings & valid;
    for (;;) {
        brackets = skip_inside_item(base, brackets, masks.opens);
        if (brackets == 0) break;
        const std::size_t at = base + static_cast<std::size_t>(std::countr_zero(brackets));
        const char bracket = m_buffer[at];
        if ((bracket | 0x20) == '{') {
            KD_TRY(open(at, bracket));
        } else {
            KD_TRY(close(at, bracket));
        }
        brackets &= brackets - 1;
    }
    m_in_string = (strings >> (length - 1)) & 1 ? ~std::uint64_t{0} : 0;
    return {};
}

/// Takes brackets that neither begin nor end anything but a part of an item, and returns those from the first that does.
std::uint64_t ItemSplitter::skip_inside_item(std::size_t base, std::uint64_t brackets, std::uint64_t opens) {
    if (m_list_depth == 0) return brackets;
    const std::size_t item = m_list_depth + 1; // the depth in an item
    std::size_t depth = m_depth;
    while (brackets != 0 && depth >= item) {
        const auto bit = static_cast<unsigned>(std::countr_zero(brackets));
        const char bracket = m_buffer[base + bit];
        if ((opens >> bit & 1) != 0) {
            if (depth == k_max_depth) break;
            m_open[depth++] = bracket;
        } else {
            if (depth == item || m_open[depth - 1] + 2 != bracket) break; // `}` is two behind `{`, and `]` behind `[`
            --depth;
        }
        brackets &= brackets - 1;
    }
    m_depth = depth;
    return brackets;
}

Status ItemSplitter::open(std::size_t at, char bracket) {
    if (m_depth == 0) return start_document(at, bracket);
    if (m_depth >= k_max_depth) return error_at(at, format("it is nested deeper than {} levels", k_max_depth));
    m_open[m_depth++] = bracket;
    if (m_depth == 2 && bracket == '[' && !m_is_list && is_items_array(at)) {
        m_is_list = true;
        m_list_depth = 2;
        m_head.assign(m_buffer.data() + m_keep, at + 1 - m_keep);
        m_keep = at + 1;
        if (m_events.on_list_start) m_events.on_list_start(m_head);
    } else if (m_list_depth > 0 && m_depth == m_list_depth + 1) {
        KD_TRY(check_between_items(at));
        m_keep = at; // an item begins
    }
    return {};
}

Status ItemSplitter::close(std::size_t at, char bracket) {
    if (m_depth == 0) return not_json(at);
    const char opened = m_open[m_depth - 1];
    if ((opened == '{') != (bracket == '}')) return error_at(at, format("`{}` closes `{}`", bracket, opened));
    --m_depth;
    if (m_list_depth > 0 && m_depth == m_list_depth) {
        const bool dropped = std::exchange(m_dropping, false);
        const std::size_t first = std::exchange(m_keep, at + 1);
        if (dropped) return {};
        if (bracket == '}') return emit(first, at + 1, true);
        return error_at(first, "an item of the list is an array, not an object");
    }
    if (m_list_depth > 0 && m_depth + 1 == m_list_depth) {
        KD_TRY(check_between_items(at));
        m_keep = at; // `]`: the list's own text goes on here
        m_list_depth = 0;
    }
    if (m_depth == 0) return end_document(at);
    return {};
}

Status ItemSplitter::start_document(std::size_t at, char bracket) {
    std::size_t first = m_keep;
    if (m_offset + first == 0 && at >= 3 && std::memcmp(m_buffer.data(), "\xef\xbb\xbf", 3) == 0) first += 3;
    while (first < at && is_blank(m_buffer[first])) ++first;
    if (first < at) return not_json(first);
    m_open[0] = bracket;
    m_depth = 1;
    m_is_list = bracket == '[';
    m_list_depth = m_is_list ? 1 : 0;
    m_head.clear();
    m_keep = m_is_list ? at + 1 : at;
    return {};
}

Status ItemSplitter::end_document(std::size_t at) {
    const std::size_t first = std::exchange(m_keep, at + 1);
    ++m_documents;
    if (!m_is_list) return emit(first, at + 1, false);
    if (m_events.on_list_end && !m_head.empty()) m_events.on_list_end(m_head + std::string(m_buffer.data() + first, at + 1 - first));
    return {};
}

Status ItemSplitter::emit(std::size_t first, std::size_t last, bool in_list) {
    return m_events.on_item(std::string_view(m_buffer.data() + first, last - first), in_list);
}

Status ItemSplitter::check_between_items(std::size_t last) {
    const auto stray = std::find_if_not(m_buffer.begin() + static_cast<std::ptrdiff_t>(m_keep), m_buffer.begin() + static_cast<std::ptrdiff_t>(last),
                                        [](char c) { return is_blank(c) || c == ','; });
    const auto first = static_cast<std::size_t>(stray - m_buffer.begin());
    if (first == last) return {};
    if (!m_events.on_stray) return error_at(first, "an item of the list is no object");
    m_events.on_stray(std::string_view(m_buffer.data() + first, last - first));
    return {};
}

bool ItemSplitter::is_items_array(std::size_t at) const {
    const auto skip_blanks = [&](std::size_t end) {
        while (end > m_keep && is_blank(m_buffer[end - 1])) --end;
        return end;
    };
    std::size_t end = skip_blanks(at);
    if (end == m_keep || m_buffer[end - 1] != ':') return false;
    end = skip_blanks(end - 1);
    constexpr std::string_view name = "\"items\"";
    if (end <= m_keep + name.size() || std::string_view(m_buffer.data() + end - name.size(), name.size()) != name) return false;
    return m_buffer[end - name.size() - 1] != '\\'; // not the end of a key such as `a\"items`
}

Error ItemSplitter::error_at(std::size_t at, std::string_view what) const {
    return {.kind = ErrorKind::decode, .message = format("broken JSON at byte {}: {}", m_offset + at, what)};
}

Error ItemSplitter::not_json(std::size_t at) const {
    return {.kind = ErrorKind::decode, .message = format("not JSON at byte {}: an object has to begin with `{{`", m_offset + at)};
}

} // namespace kdiag::kube
