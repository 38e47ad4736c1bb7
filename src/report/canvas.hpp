// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/render.hpp"

#include <string>
#include <string_view>

namespace kdiag::report {

enum class Style { plain, bold, dim, critical, warning, good };

/// The symbols of a screen: single-width characters, or ASCII.
struct Symbols {
    std::string_view bad, good, arrow, times;
};

/// Text for people being written: styles become ANSI or nothing, and cluster text is sanitised here, on entry, once.
class Canvas {
public:
    explicit Canvas(const TextOptions& options) : m_options(options) {}

    const Symbols& symbols() const;
    const TextOptions& options() const { return m_options; }
    /// Columns that lines may take; a large number when nothing is to be wrapped.
    std::size_t width() const { return m_options.width == 0 ? 100'000 : m_options.width; }

    std::string styled(Style style, std::string_view text) const;
    static Style style_of(rules::Severity severity);

    /// A line as it is: its text must be ours, or sanitised.
    void line(std::string_view text = {}) { (m_text += text) += '\n'; }
    /// `prefix` and then text, wrapped; the lines after the first are indented by the prefix's width.
    void wrapped(std::string_view prefix, std::string_view cluster_text, Style style = Style::plain);
    std::string take() { return std::move(m_text); }

private:
    TextOptions m_options;
    std::string m_text;
};

} // namespace kdiag::report
