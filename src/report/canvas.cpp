// SPDX-License-Identifier: Apache-2.0
#include "report/canvas.hpp"

#include "util/format.hpp"
#include "util/sanitize.hpp"
#include "util/text_width.hpp"

#include <algorithm>

namespace kdiag::report {

namespace {

constexpr Symbols k_unicode = {"\u2717", "\u2713", "\u2192", "\u00d7"};
constexpr Symbols k_ascii = {"x", "ok", "->", "x"};

std::string_view code_of(Style style) {
    switch (style) {
    case Style::plain: return "";
    case Style::bold: return "\x1b[1m";
    case Style::dim: return "\x1b[2m";
    case Style::critical: return "\x1b[1;31m";
    case Style::warning: return "\x1b[33m";
    case Style::good: return "\x1b[32m";
    }
    return "";
}

} // namespace

const Symbols& Canvas::symbols() const {
    return m_options.ascii ? k_ascii : k_unicode;
}

std::string Canvas::styled(Style style, std::string_view text) const {
    if (!m_options.color || style == Style::plain || text.empty()) return std::string(text);
    return format("{}{}\x1b[0m", code_of(style), text);
}

Style Canvas::style_of(rules::Severity severity) {
    switch (severity) {
    case rules::Severity::critical:
    case rules::Severity::error: return Style::critical;
    case rules::Severity::warning: return Style::warning;
    case rules::Severity::info: return Style::bold;
    }
    return Style::plain;
}

void Canvas::wrapped(std::string_view prefix, std::string_view cluster_text, Style style) {
    const std::size_t indent = display_width(prefix);
    const std::size_t room = width() > indent + 20 ? width() - indent : 20;
    bool first = true;
    for (const auto& part : wrap(sanitize_line(cluster_text), room)) {
        line((first ? std::string(prefix) : std::string(indent, ' ')) + styled(style, part));
        first = false;
    }
}

} // namespace kdiag::report
