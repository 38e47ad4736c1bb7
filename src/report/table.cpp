// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include "util/strings.hpp"
#include "util/text_width.hpp"

#include <algorithm>
#include <numeric>

namespace kdiag::report {

namespace {

constexpr std::size_t k_gap = 2;
constexpr std::size_t k_narrowest = 4, k_narrowest_prose = 20;

/// Takes columns from the widest until the row fits; none becomes narrower than its floor.
void shrink(std::vector<std::size_t>& widths, const std::vector<std::size_t>& floors, std::size_t room) {
    const std::size_t gaps = k_gap * (widths.size() - 1);
    std::size_t total = std::accumulate(widths.begin(), widths.end(), gaps);
    while (total > room) {
        std::size_t widest = widths.size();
        for (std::size_t i = 0; i < widths.size(); ++i)
            if (widths[i] > floors[i] && (widest == widths.size() || widths[i] > widths[widest])) widest = i;
        if (widest == widths.size()) return;
        --widths[widest];
        --total;
    }
}

std::string fit(const std::string& cell, std::size_t width, bool ascii) {
    return contains(cell, " ") ? cut_end(cell, width, ascii) : cut_middle(cell, width, ascii);
}

void put_row(const std::vector<std::string>& cells, const std::vector<std::size_t>& widths, std::vector<std::string>& lines) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) line += i + 1 < cells.size() ? pad_right(cells[i], widths[i] + k_gap) : cells[i];
    while (line.ends_with(' ')) line.pop_back();
    lines.push_back(std::move(line));
}

} // namespace

Table::Table(std::vector<std::string> header) {
    m_rows.push_back(std::move(header));
}

std::vector<std::size_t> Table::natural_widths() const {
    std::vector<std::size_t> widths;
    for (const auto& row : m_rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    return widths;
}

std::string Table::text() const {
    std::string text;
    for (const auto& line : lines({})) (text += line) += '\n';
    return text;
}

std::vector<std::string> Table::lines(const TableLayout& layout) const {
    auto widths = natural_widths();
    std::vector<std::string> lines;
    if (layout.width == 0 || widths.empty()) {
        for (const auto& row : m_rows) put_row(row, widths, lines);
        return lines;
    }
    std::vector<std::size_t> floors;
    for (const auto& title : m_rows.front()) floors.push_back(std::max(k_narrowest, display_width(title)));
    floors.resize(widths.size(), k_narrowest);
    if (layout.prose) floors.back() = std::min(widths.back(), k_narrowest_prose);
    shrink(widths, floors, layout.width);
    for (const auto& row : m_rows) {
        auto cells = row;
        cells.resize(widths.size());
        for (std::size_t i = 0; i < cells.size(); ++i)
            if (!layout.prose || i + 1 < cells.size()) cells[i] = fit(cells[i], widths[i], layout.ascii);
        const auto wrapped = layout.prose ? wrap(cells.back(), std::max<std::size_t>(widths.back(), 1)) : std::vector{cells.back()};
        for (std::size_t i = 0; i < wrapped.size(); ++i) {
            if (i > 0) cells.assign(widths.size(), {});
            cells.back() = wrapped[i];
            put_row(cells, widths, lines);
        }
    }
    return lines;
}

} // namespace kdiag::report
