// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "report/render.hpp"

#include <sstream>
#include <string>

namespace kdiag::test {

/// What one of the forms that are written to a stream makes of a report.
inline std::string printed(void (*write)(const report::Report&, std::ostream&), const report::Report& report) {
    std::ostringstream out;
    write(report, out);
    return out.str();
}

} // namespace kdiag::test
