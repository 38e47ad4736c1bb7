// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace kdiag::report {

/// How a table is made to fit.
struct TableLayout {
    std::size_t width = 0; ///< columns of the screen; 0: nothing is cut
    bool ascii = false;
    bool prose = false; ///< the last column is wrapped under itself instead of being cut
};

/// Columns aligned by display width, two blanks between them. Cells are printed as they are.
class Table {
public:
    explicit Table(std::vector<std::string> header);
    void add(std::vector<std::string> row) { m_rows.push_back(std::move(row)); }
    /// The lines, each with its newline, as wide as they are.
    std::string text() const;
    /// The lines, no wider than the layout: the widest columns give way first, names in their middle, sentences at their end.
    std::vector<std::string> lines(const TableLayout& layout) const;

private:
    std::vector<std::size_t> natural_widths() const;

    std::vector<std::vector<std::string>> m_rows;
};

} // namespace kdiag::report
