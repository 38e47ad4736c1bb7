// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "util/regex.hpp"
#include "util/result.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace kdiag::app {

/// Which lines are shown: those that one of the `include` patterns is found in (none: all), and none of `exclude`.
class LineFilter {
public:
    /// A pattern that is malformed is a usage error that names its flag.
    static Result<LineFilter> make(const std::vector<std::string>& include, const std::vector<std::string>& exclude, const std::vector<std::string>& highlight);

    bool active() const { return !m_include.empty() || !m_exclude.empty(); }
    bool passes(std::string_view text) const;
    /// The parts of a text that a `highlight` pattern matches, from left to right; what overlaps is one part. `begins`, `ends`: whether
    /// the text is the beginning and the end of its line.
    std::vector<std::string_view> highlights(std::string_view text, bool begins = true, bool ends = true) const;

private:
    std::vector<Regex> m_include, m_exclude, m_highlight;
};

/// `name` of a flag whose value has to be a pattern in RE2's syntax.
Result<Regex> parse_pattern(const std::string& name, const std::string& pattern);

} // namespace kdiag::app
