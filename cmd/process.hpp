// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "output_buffer.hpp"

#include "app/environment.hpp"

namespace kdiag::cmd {

/// The real process as an Environment: standard streams, variables, terminal, and signals (the first Ctrl-C asks to stop, the second stops).
class Process {
public:
    Process();
    app::Environment& environment() { return m_environment; }

private:
    OutputBuffer m_buffer;
    std::ostream m_out{&m_buffer};
    app::Environment m_environment;
};

} // namespace kdiag::cmd
