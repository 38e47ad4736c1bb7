// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kdiag::app {

/// Puts a prefix before every line of a stream that comes in pieces, and gives out whole lines only, so that several streams can share
/// an output. A line longer than `k_longest` is given out in pieces, each a line with the prefix.
class LinePrefixer {
public:
    static constexpr std::size_t k_longest = 1 << 20;

    explicit LinePrefixer(std::string prefix) : m_prefix(std::move(prefix)) {}
    /// The lines that are complete now.
    std::string take(std::string_view bytes);
    /// The end of the stream: what has no line feed gets one.
    std::string finish();

private:
    std::string m_prefix, m_begun;
};

} // namespace kdiag::app
