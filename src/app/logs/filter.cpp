// SPDX-License-Identifier: Apache-2.0
#include "app/logs/filter.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"

#include <algorithm>

namespace kdiag::app {

namespace {

Status add_patterns(std::vector<Regex>& patterns, const std::string& flag, const std::vector<std::string>& words) {
    for (const auto& word : words) {
        KD_TRY_ASSIGN(auto pattern, parse_pattern(flag, word));
        patterns.push_back(std::move(pattern));
    }
    return {};
}

bool any_found(const std::vector<Regex>& patterns, std::string_view text) {
    return std::any_of(patterns.begin(), patterns.end(), [&](const Regex& pattern) { return pattern.found_in(text); });
}

} // namespace

Result<Regex> parse_pattern(const std::string& name, const std::string& pattern) {
    Regex regex(pattern, false);
    if (const auto what = regex.error(); !what.empty())
        return Error{.kind = ErrorKind::usage, .message = format("{} does not take `{}`: {}", name, pattern, what),
                     .help = {"it takes a regular expression in RE2's syntax; (?i) in front ignores case"}};
    return regex;
}

Result<LineFilter> LineFilter::make(const std::vector<std::string>& include, const std::vector<std::string>& exclude, const std::vector<std::string>& highlight) {
    LineFilter filter;
    KD_TRY(add_patterns(filter.m_include, "--include", include));
    KD_TRY(add_patterns(filter.m_exclude, "--exclude", exclude));
    KD_TRY(add_patterns(filter.m_highlight, "--highlight", highlight));
    return filter;
}

bool LineFilter::passes(std::string_view text) const {
    if (!active()) return true;
    if (text.find('\x1b') != std::string_view::npos) {
        const std::string plain = without_colors(text);
        return (m_include.empty() || any_found(m_include, plain)) && !any_found(m_exclude, plain);
    }
    return (m_include.empty() || any_found(m_include, text)) && !any_found(m_exclude, text);
}

std::vector<std::string_view> LineFilter::highlights(std::string_view text, bool begins, bool ends) const {
    std::vector<std::string_view> found;
    for (const auto& pattern : m_highlight) {
        const auto more = pattern.matches(text, begins, ends);
        found.insert(found.end(), more.begin(), more.end());
    }
    std::sort(found.begin(), found.end(), [](auto a, auto b) { return a.data() < b.data(); });
    std::vector<std::string_view> parts;
    for (const auto part : found) {
        if (parts.empty() || part.data() > parts.back().data() + parts.back().size()) {
            parts.push_back(part);
            continue;
        }
        const char* const end = std::max(parts.back().data() + parts.back().size(), part.data() + part.size());
        parts.back() = {parts.back().data(), static_cast<std::size_t>(end - parts.back().data())};
    }
    return parts;
}

} // namespace kdiag::app
