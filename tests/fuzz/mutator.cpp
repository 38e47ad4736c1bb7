// SPDX-License-Identifier: Apache-2.0
#include "mutator.hpp"

#include <algorithm>
#include <array>

namespace kdiag::fuzz {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t k_most_bytes = 64 * 1024;
constexpr std::size_t k_offspring = 256;

/// What parsers stumble over: ends of ranges, half characters, brackets, separators of every format that is read here.
constexpr std::array k_tokens = {
    "{"sv, "}"sv, "["sv, "]"sv, "\""sv, "\\"sv, "\\\""sv, "\\u0000"sv, "\\ud800"sv, ","sv, ":"sv, ": "sv, "("sv, ")"sv, "'"sv, "`"sv, "|"sv, ">"sv, "&a "sv, "*a"sv,
    "<<: *a"sv, "---\n"sv, "...\n"sv, "- "sv, "? "sv, "!!binary "sv, "%YAML 1.1\n"sv, "#"sv, "\n"sv, "\r\n"sv, "\t"sv, " "sv, "\0"sv, "\x1b[31m"sv, "\x7f"sv,
    "\xc2\x9b"sv, "\xff"sv, "\xc0\x80"sv, "\xed\xa0\x80"sv, "\xf4\x90\x80\x80"sv, "\xf0\x9f\x98"sv, "\xe2\x80\xae"sv, "\xe2\x80\xa8"sv, "\xef\xbb\xbf"sv, "e\xcc\x81"sv,
    "null"sv, "true"sv, "~"sv, "\"items\":["sv, "\"kind\":\"List\","sv, "\"kind\":\"PodList\","sv, "items:\n"sv, "kind: List\n"sv, "0"sv, "-1"sv, "-0"sv, "1e999"sv, "1e-999"sv,
    "0x7fffffffffffffff"sv, "9223372036854775807"sv, "-9223372036854775808"sv, "18446744073709551616"sv, "4294967296"sv, "0.1"sv, ".5"sv, "nan"sv, "inf"sv, "Ki"sv, "E"sv,
    "m"sv, "%s%n"sv, "../"sv, "2026-02-29T23:59:60Z"sv, "+14:00"sv, "*/0"sv, "@daily"sv,
};

} // namespace

Mutator::Mutator(Seeds seeds, std::uint32_t random_seed) : m_seeds(std::move(seeds)), m_random(random_seed) {
    m_seeds.emplace_back();
}

std::string Mutator::next() {
    if (m_given < m_seeds.size()) return m_seeds[m_given++];
    const bool further = !m_offspring.empty() && below(3) == 0;
    std::string text = further ? m_offspring[below(m_offspring.size())] : m_seeds[below(m_seeds.size())];
    const std::size_t changes = 1 + below(below(4) == 0 ? 12 : 3);
    for (std::size_t i = 0; i < changes; ++i) change(text);
    if (text.size() > k_most_bytes) text.resize(k_most_bytes);
    if (m_offspring.size() < k_offspring)
        m_offspring.push_back(text);
    else if (below(8) == 0 && text.size() < 8192)
        m_offspring[below(k_offspring)] = text;
    return text;
}

void Mutator::change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    const std::size_t length = std::min(text.size() - at, 1 + below(below(4) == 0 ? text.size() + 1 : 8));
    switch (below(11)) {
    case 0:
        if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        break;
    case 1:
        if (at < text.size()) text[at] = static_cast<char>(m_random());
        break;
    case 2: text.resize(at); break;
    case 3: text.erase(at, length); break;
    case 4:
    case 5: text.insert(at, k_tokens[below(k_tokens.size())]); break;
    case 6: text.replace(at, length, k_tokens[below(k_tokens.size())]); break;
    case 7: text.insert(at, piece_of_any()); break;
    case 8: text.replace(at, length, piece_of_any()); break;
    case 9: { // repeat
        const std::string part = text.substr(at, length);
        const std::size_t times = 1 + below(below(8) == 0 ? 500 : 4);
        for (std::size_t i = 0; i < times && text.size() < k_most_bytes; ++i) text.insert(at, part);
        break;
    }
    default:
        if (below(4) == 0) text.insert(at, nested());
        break;
    }
}

std::string Mutator::piece_of_any() {
    const auto& other = m_seeds[below(m_seeds.size())];
    const std::size_t at = below(other.size());
    return other.substr(at, 1 + below(32));
}

/// Deeper than any limit, closed or not.
std::string Mutator::nested() {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> k_pairs = {
        {{"[", "]"}, {"{\"a\":", "}"}, {"(", ")"}, {"{\"items\":[", "]}"}, {"a: {", "}"}, {"- ", ""}}};
    const auto& [open, close] = k_pairs[below(k_pairs.size())];
    const std::size_t depth = 1 + below(below(4) == 0 ? 3000 : 260);
    std::string text;
    for (std::size_t i = 0; i < depth; ++i) text += open;
    if (below(2) == 0)
        for (std::size_t i = 0; i < depth; ++i) text += close;
    return text;
}

} // namespace kdiag::fuzz
