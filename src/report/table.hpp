// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace kdiag::report {

/// Columns aligned by display width, two blanks between them. Cells are printed as they are.
class Table {
public:
    explicit Table(std::vector<std::string> header);
    void add(std::vector<std::string> row) { m_rows.push_back(std::move(row)); }
    /// The lines, each with its newline.
    std::string text() const;

private:
    std::vector<std::vector<std::string>> m_rows;
};

} // namespace kdiag::report
