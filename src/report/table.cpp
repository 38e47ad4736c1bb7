// SPDX-License-Identifier: Apache-2.0
#include "report/table.hpp"

#include "util/text_width.hpp"

#include <algorithm>

namespace kdiag::report {

Table::Table(std::vector<std::string> header) {
    m_rows.push_back(std::move(header));
}

std::string Table::text() const {
    std::vector<std::size_t> widths;
    for (const auto& row : m_rows) {
        widths.resize(std::max(widths.size(), row.size()));
        for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
    }
    std::string text;
    for (const auto& row : m_rows) {
        for (std::size_t i = 0; i < row.size(); ++i) text += i + 1 < row.size() ? pad_right(row[i], widths[i] + 2) : row[i];
        while (text.ends_with(' ')) text.pop_back();
        text += '\n';
    }
    return text;
}

} // namespace kdiag::report
