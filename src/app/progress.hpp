// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "app/output.hpp"
#include "collect/source.hpp"

#include <cstddef>

namespace kdiag::app {

/// One line on standard error while reading takes long: only on a terminal, only after 300 ms, never with -q; erased before output.
class ProgressLine {
public:
    ProgressLine(Environment& environment, const OutputOptions& options);
    ~ProgressLine() { erase(); }
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const collect::Progress& progress);
    void erase();

private:
    Environment& m_environment;
    bool m_active;
    bool m_shown = false;
    Timestamp m_started, m_last;
};

} // namespace kdiag::app
