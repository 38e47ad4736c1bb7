// SPDX-License-Identifier: Apache-2.0
#include "app/line_prefixer.hpp"

namespace kdiag::app {

std::string LinePrefixer::take(std::string_view bytes) {
    std::string lines;
    while (!bytes.empty()) {
        const auto room = k_longest - m_begun.size();
        const auto end = bytes.substr(0, room + 1).find('\n');
        if (end == std::string_view::npos && bytes.size() <= room) {
            m_begun += bytes;
            break;
        }
        const auto length = end == std::string_view::npos ? room : end;
        ((lines += m_prefix) += m_begun) += bytes.substr(0, length);
        lines += '\n';
        m_begun.clear();
        bytes.remove_prefix(length + (end == std::string_view::npos ? 0 : 1));
    }
    return lines;
}

std::string LinePrefixer::finish() {
    return m_begun.empty() ? std::string() : take("\n");
}

} // namespace kdiag::app
