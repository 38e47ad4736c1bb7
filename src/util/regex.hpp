// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace kdiag {

/// A pattern in RE2's syntax, in linear time; compiled when first used.
class Regex {
public:
    explicit Regex(std::string pattern, bool ignore_case = true);
    ~Regex();
    Regex(Regex&&) noexcept;
    Regex& operator=(Regex&&) noexcept;

    /// Empty when the pattern is well formed.
    std::string error() const;
    bool found_in(std::string_view text) const;
    /// The whole match and its groups (unset groups are empty views); no elements when nothing matches.
    std::vector<std::string_view> groups(std::string_view text) const;
    /// Every match that is not empty, from left to right, without overlaps. `begins`, `ends`: the text is not a part out of the middle, in
    /// which `^` and `$` match nowhere.
    std::vector<std::string_view> matches(std::string_view text, bool begins = true, bool ends = true) const;

private:
    struct Compiled;
    const Compiled& compiled() const;
    std::string m_pattern;
    bool m_ignore_case;
    mutable std::unique_ptr<Compiled> m_compiled;
};

} // namespace kdiag
