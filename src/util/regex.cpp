// SPDX-License-Identifier: Apache-2.0
#include "util/regex.hpp"

#include "util/format.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace kdiag {

struct Regex::Compiled {
    explicit Compiled(const std::string& pattern, bool ignore_case) : expression(pattern, options(ignore_case)) {}
    static RE2::Options options(bool ignore_case) {
        RE2::Options options;
        options.set_log_errors(false);
        options.set_case_sensitive(!ignore_case);
        return options;
    }
    RE2 expression;
};

Regex::Regex(std::string pattern, bool ignore_case) : m_pattern(std::move(pattern)), m_ignore_case(ignore_case) {}
Regex::~Regex() = default;
Regex::Regex(Regex&&) noexcept = default;
Regex& Regex::operator=(Regex&&) noexcept = default;

const Regex::Compiled& Regex::compiled() const {
    if (!m_compiled) m_compiled = std::make_unique<Compiled>(m_pattern, m_ignore_case);
    return *m_compiled;
}

std::string Regex::error() const {
    return compiled().expression.ok() ? std::string() : compiled().expression.error();
}

bool Regex::found_in(std::string_view text) const {
    return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), compiled().expression);
}

std::vector<std::string_view> Regex::groups(std::string_view text) const {
    const auto& expression = compiled().expression;
    if (!expression.ok()) return {};
    std::vector<re2::StringPiece> pieces(static_cast<std::size_t>(expression.NumberOfCapturingGroups()) + 1);
    if (!expression.Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), RE2::UNANCHORED, pieces.data(), static_cast<int>(pieces.size()))) return {};
    std::vector<std::string_view> groups;
    for (const auto& piece : pieces) groups.emplace_back(piece.data(), piece.size());
    return groups;
}

std::vector<std::string_view> Regex::matches(std::string_view text, bool begins, bool ends) const {
    std::vector<std::string_view> matches;
    const auto& expression = compiled().expression;
    if (!expression.ok()) return matches;
    std::string with_neighbours; // RE2 takes what stands around the part that it searches for context
    if (!begins || !ends) with_neighbours = format("{}{}{}", begins ? "" : " ", text, ends ? "" : " ");
    const std::string_view searched = begins && ends ? text : std::string_view(with_neighbours);
    const re2::StringPiece whole(searched.data(), searched.size());
    const std::size_t first = begins ? 0 : 1, last = first + text.size();
    re2::StringPiece match;
    for (std::size_t at = first; at < last && expression.Match(whole, at, last, RE2::UNANCHORED, &match, 1);) {
        const auto begin = static_cast<std::size_t>(match.data() - searched.data());
        if (!match.empty()) matches.push_back(text.substr(begin - first, match.size()));
        at = begin + std::max<std::size_t>(match.size(), 1);
    }
    return matches;
}

} // namespace kdiag
