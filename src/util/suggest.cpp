// SPDX-License-Identifier: Apache-2.0
#include "util/suggest.hpp"

#include "util/strings.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>

namespace kdiag {

namespace {

/// Longer texts are not typos of each other; comparing them would only cost time.
constexpr std::size_t k_longest = 256;

std::string folded(std::string_view text) {
    std::string result = to_lower(text);
    std::replace_if(result.begin(), result.end(), [](char c) { return c == '_' || c == '.'; }, '-');
    return result;
}

} // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    if (a.size() > k_longest || b.size() > k_longest) return a == b ? 0 : std::max(a.size(), b.size());
    const std::string left = to_lower(a), right = to_lower(b);
    std::vector<std::size_t> before_last(right.size() + 1), last(right.size() + 1), current(right.size() + 1);
    for (std::size_t j = 0; j <= right.size(); ++j) last[j] = j;
    for (std::size_t i = 1; i <= left.size(); ++i) {
        current[0] = i;
        for (std::size_t j = 1; j <= right.size(); ++j) {
            const std::size_t change = left[i - 1] == right[j - 1] ? 0 : 1;
            current[j] = std::min({last[j] + 1, current[j - 1] + 1, last[j - 1] + change});
            if (i > 1 && j > 1 && left[i - 1] == right[j - 2] && left[i - 2] == right[j - 1]) current[j] = std::min(current[j], before_last[j - 2] + 1);
        }
        std::swap(before_last, last);
        std::swap(last, current);
    }
    return last[right.size()];
}

namespace {

/// How often each letter stands in a text. What one text has more of than another takes an edit each, so two counts say how near texts can be.
struct Letters {
    explicit Letters(std::string_view text) {
        for (const char c : text) ++count[static_cast<unsigned char>(c)];
    }
    std::size_t least_edits(std::string_view other) const {
        std::array<std::int16_t, 256> left = count;
        std::size_t more = 0;
        for (const char c : other)
            if (--left[static_cast<unsigned char>(c)] < 0) ++more;
        return more;
    }
    std::array<std::int16_t, 256> count{};
};

} // namespace

std::vector<std::string> nearest(std::string_view wanted, const std::vector<std::string>& candidates, std::size_t limit) {
    const std::string folded_wanted = folded(wanted);
    std::set<std::pair<std::size_t, std::string>> ranked;
    const Letters letters(folded_wanted);
    for (const auto& candidate : candidates) {
        const std::size_t allowed = std::max<std::size_t>(wanted.size() < 3 ? 1 : 2, std::max(wanted.size(), candidate.size()) / 4);
        if (std::max(wanted.size(), candidate.size()) - std::min(wanted.size(), candidate.size()) > allowed) continue;
        const std::string folded_candidate = folded(candidate);
        if (candidate.size() <= k_longest && letters.least_edits(folded_candidate) > allowed) continue;
        const std::size_t distance = edit_distance(folded_wanted, folded_candidate);
        if (distance <= allowed) ranked.emplace(distance, candidate);
    }
    std::vector<std::string> names;
    for (const auto& [distance, name] : ranked)
        if (names.size() < limit) names.push_back(name);
    return names;
}

} // namespace kdiag
